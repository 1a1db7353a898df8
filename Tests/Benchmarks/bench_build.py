"""Builds what the measurements run: into Tests/Benchmarks/.build, and the main package into its own .build."""
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(HERE, ".build")
GO_PACKAGES = "golang-go golang-google-grpc-dev"
GO_SOURCES = "/usr/share/gocode"
BUILD_SECONDS_MAX = 3600


def swift_package():
    """The first time takes some ten minutes, most of them for gRPC and BoringSSL."""
    swift_build(HERE)


def main_package():
    swift_build(ROOT)


def swift_build(package):
    print(f"building {package} in release (the first time some ten minutes)", file=sys.stderr)
    command = ["swift", "build", "-c", "release", "--package-path", package, "-Xcc", "-O2"]
    subprocess.run(command, check=True, stdout=sys.stderr, timeout=BUILD_SECONDS_MAX)


def program(name):
    return os.path.join(BUILD, "release", name)


def shim(name):
    """The path of a library for LD_PRELOAD."""
    library = os.path.join(BUILD, f"{name}.so")
    os.makedirs(BUILD, exist_ok=True)
    source = os.path.join(HERE, "shims", f"{name}.c")
    command = ["cc", "-O2", "-Wall", "-shared", "-fPIC", "-o", library, source, "-ldl"]
    subprocess.run(command, check=True, timeout=BUILD_SECONDS_MAX)
    return library


def bare_echo():
    """The path of the program that is the floor under every round trip."""
    program = os.path.join(BUILD, "bare-echo")
    os.makedirs(BUILD, exist_ok=True)
    source = os.path.join(HERE, "bare-echo", "main.c")
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", program, source], check=True, timeout=BUILD_SECONDS_MAX)
    return program


def go_driver():
    """The path of the grpc-go driver, or None when its packages are missing."""
    if not shutil.which("go") or not os.path.isdir(f"{GO_SOURCES}/src/google.golang.org/grpc"):
        return None
    driver = os.path.join(BUILD, "go-grpc-echo")
    os.makedirs(BUILD, exist_ok=True)
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": GO_SOURCES, "GOFLAGS": "-buildvcs=false"}
    subprocess.run(["go", "build", "-o", driver, "."], cwd=os.path.join(HERE, "go-grpc-echo"), env=environment,
                   check=True, timeout=BUILD_SECONDS_MAX)
    return driver
