#!/bin/sh
# Runs a command with a CUDA toolkit that needs no GPU, no driver and no installation: the compiler and libraries of
# NVIDIA's own Python packages, under .tools/cuda.
#
#     tools/cuda.sh cargo build --release --locked --features cuda --target-dir target/cuda
#
# CUDA_COMPUTE_CAP is the device's compute capability without the point (default 90: H100, H200; 80 A100, 86 RTX 30,
# 89 RTX 40 and L4). A toolkit of one's own is used where CUDA_HOME is set.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
tools="$here/.tools/cuda"
# 13.0 throughout: newer ones ask for symbols that driver 580 does not have.
packages="nvidia-cuda-nvcc==13.0.88 nvidia-cuda-crt==13.0.88 nvidia-nvvm==13.0.88 nvidia-cuda-runtime==13.0.96
nvidia-cuda-cccl==13.0.85 nvidia-cublas==13.0.2.14 nvidia-curand==10.4.0.35 nvidia-cuda-nvrtc==13.0.88"

toolkit() {
    rm -rf "$tools"
    mkdir -p "$tools"
    # shellcheck disable=SC2086 -- one word each
    "${PYTHON:-python3}" -m pip install --quiet --disable-pip-version-check --no-deps --target "$tools" $packages
    root="$tools/nvidia/cu13"
    chmod +x "$root"/bin/* "$root"/nvvm/bin/*
    for library in cudart:13 nvrtc:13 curand:10 cublas:13 cublasLt:13; do
        ln -sf "lib${library%%:*}.so.${library##*:}" "$root/lib/lib${library%%:*}.so"
    done
    driver_stub "$root/lib"
    touch "$tools/.installed"
}

# The driver comes with the GPU. To link without one, a library that has its symbols and does nothing.
driver_stub() {
    cargo fetch --quiet --locked --manifest-path "$here/Cargo.toml"
    sources=$(cargo metadata --format-version 1 --locked --features cuda --manifest-path "$here/Cargo.toml" |
        grep -o '"[^"]*/cudarc-[^"/]*/Cargo.toml"' | head -n 1 | tr -d '"')
    [ -n "$sources" ] || { echo "error: no cudarc among the dependencies
hint: is Cargo.lock that of this commit?" >&2; exit 1; }
    grep -ohE 'fn cu[A-Za-z0-9_]+' -r "${sources%/Cargo.toml}/src/driver/sys" | awk '{print $2}' | sort -u |
        awk '{print "void " $1 "(void) {}"}' > "$tools/driver.c"
    cc -shared -fPIC -w -Wl,-soname,libcuda.so.1 -o "$1/libcuda.so" "$tools/driver.c"
}

if [ -z "${CUDA_HOME:-}" ]; then
    [ -f "$tools/.installed" ] || toolkit
    CUDA_HOME="$tools/nvidia/cu13"
fi
export CUDA_HOME CUDA_PATH="$CUDA_HOME" CUDA_ROOT="$CUDA_HOME" CUDA_TOOLKIT_ROOT_DIR="$CUDA_HOME"
export PATH="$CUDA_HOME/bin:$PATH" LIBRARY_PATH="$CUDA_HOME/lib:$CUDA_HOME/lib64${LIBRARY_PATH:+:$LIBRARY_PATH}"
export CUDA_COMPUTE_CAP="${CUDA_COMPUTE_CAP:-90}"
exec "$@"
