// The GPU that is not there, or is: what is said of it, and that the CUDA binary is started where it can run.
// A driver of our own stands in for NVIDIA's, so this needs neither.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, linkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { join } from "node:path";

import { binary as built, scratch } from "./emulator.mjs";

const LIBRARIES = ["libcudart.so.13", "libcublas.so.13", "libcublasLt.so.13", "libcurand.so.10"];
const DRIVER = `
#include <stddef.h>
#include <string.h>
int cuDriverGetVersion(int *v) { *v = VERSION; return 0; }
int cuInit(unsigned flags) { return INIT; }
int cuDeviceGetCount(int *n) { *n = 1; return 0; }
int cuDeviceGet(int *device, int n) { *device = n; return 0; }
int cuDeviceGetName(char *name, int length, int device) { strncpy(name, "Test GPU", length); return 0; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { *bytes = 24000000000; return 0; }
int cuDeviceGetAttribute(int *value, int attribute, int device) { *value = attribute == 75 ? 8 : 6; return 0; }
`;

/** A folder with a driver that knows CUDA `version` and starts with the code `init`, and the libraries of that name. */
function driver(version, init = 0, libraries = LIBRARIES) {
  const folder = scratch();
  const source = join(folder, "driver.c");
  writeFileSync(source, DRIVER);
  const build = (name, ...more) => execFileSync("cc", ["-shared", "-fPIC", "-o", join(folder, name), ...more]);
  build("libcuda.so.1", `-DVERSION=${version}`, `-DINIT=${init}`, source);
  for (const name of libraries) build(name, "-x", "c", "/dev/null");
  return folder;
}

/** The binary in a folder of its own, with a CUDA binary beside it that says how it was called. */
function installed({ cuda = true } = {}) {
  const folder = scratch();
  const binary = join(folder, "candleflare");
  try {
    linkSync(built, binary);
  } catch {
    copyFileSync(built, binary);
  }
  if (cuda) {
    const other = join(folder, "candleflare-cuda");
    writeFileSync(other, '#!/bin/sh\necho "the other one: $@"\nexit 7\n');
    chmodSync(other, 0o755);
  }
  return binary;
}

function run(binary, libraries, ...arguments_) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("CANDLEFLARE_"));
  const env = { ...Object.fromEntries(own), LD_LIBRARY_PATH: libraries };
  return spawnSync(binary, arguments_, { env, encoding: "utf8", timeout: 60_000 });
}

const linux = { skip: process.platform !== "linux" && "CUDA builds are for Linux" };

test("without a driver, or with one that cannot serve, cuda is refused with the reason", linux, () => {
  const binary = installed();
  const refused = (libraries, expected, device = "cuda") => {
    const { status, stdout, stderr } = run(binary, libraries, "serve", "--port", "0", "--device", device);
    assert.equal(status, 1, stdout + stderr);
    assert.match(stderr, expected);
    assert.match(stderr, /hint: /);
  };
  refused(driver(12_040), /driver is too old: it knows CUDA 12\.4, and 13\.0 is needed\nhint: install driver 580/);
  refused(driver(13_000, 100), /there is no CUDA device 0; this machine has 0/);
  refused(driver(13_000, 100), /there is no CUDA device 1; this machine has 0/, "cuda:1");
  refused(driver(13_000, 999), /does not start: CUDA error 999/);
  refused(driver(13_000), /there is no CUDA device 1; this machine has 1/, "cuda:1");
  refused(driver(13_000, 0, LIBRARIES.slice(1)), /`libcudart\.so\.13` is not found/);
});

test("auto computes on the CPU where no GPU can be used, and says why", linux, () => {
  const binary = installed();
  const { status, stderr } = run(binary, driver(12_040), "exec", "--device", "auto", "--", "true");
  assert.equal(status, 0, stderr);
  const doctor = JSON.parse(run(binary, driver(12_040), "doctor", "--json", "--device", "cuda").stdout);
  assert.match(doctor.cuda, /too old/);
  assert.match(doctor.device.Err, /too old/);
});

test("where a GPU can be used, the CUDA binary beside this one takes over, arguments and all", linux, () => {
  const binary = installed();
  const gpu = driver(13_020);
  for (const device of ["auto", "cuda", "cuda:0"]) {
    const { status, stdout } = run(binary, gpu, "serve", "--port", "0", "--device", device);
    assert.deepEqual([status, stdout], [7, `the other one: serve --port 0 --device ${device}\n`]);
  }
  assert.equal(run(binary, gpu, "exec", "--", "true").status, 0, "the CPU stays the default");
  const alone = run(installed({ cuda: false }), gpu, "serve", "--port", "0", "--device", "cuda");
  assert.equal(alone.status, 1);
  assert.match(alone.stderr, /Test GPU, 24 GB, compute capability 8\.6, driver for CUDA 13\.2: this binary was built without CUDA/);
  assert.match(alone.stderr, /hint: `make cuda`/);
});
