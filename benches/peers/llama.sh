#!/bin/sh
# Installs llama.cpp into the environment $1, built for this machine, after random weights have been put into $2.
# Some virtual machines tell of AMX and do not let it be used; llama.cpp dies of that, and is built again without.
set -eu
cd "$(dirname "$0")"
python=$1/bin/python
plain="-DLLAVA_BUILD=OFF -DLLAMA_CURL=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_SERVER=OFF"
install() {
  CMAKE_ARGS="$1 $plain" "$python" -m pip install --quiet --disable-pip-version-check --no-binary llama-cpp-python --requirement generate-requirements.txt $2
}
speaks() {
  "$python" -c 'import sys, llama_cpp; llama_cpp.Llama(sys.argv[1], n_ctx=64, n_threads=2, verbose=False).eval([1] * 40)' "$1"
}
install -DGGML_NATIVE=ON ""
"$python" random_gguf.py "$2"
for file in "$2"/*.gguf; do
  if ! speaks "$file"; then
    echo "llama.cpp dies on $file: built again without AMX"
    known=""
    for name in avx2 fma f16c bmi2 avx_vnni avx512f avx512vbmi avx512_vnni avx512_bf16; do
      option=$(echo "$name" | sed 's/avx512f/avx512/; s/avx512vbmi/avx512_vbmi/' | tr a-z A-Z)
      grep -qw "$name" /proc/cpuinfo && known="$known -DGGML_$option=ON" || known="$known -DGGML_$option=OFF"
    done
    install "-DGGML_NATIVE=OFF$known" "--force-reinstall --no-cache-dir"
    speaks "$file"
    break
  fi
done
