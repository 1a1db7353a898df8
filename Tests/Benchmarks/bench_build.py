"""Builds what the measurements run: into Tests/Benchmarks/.build, and the main package into its own .build."""
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(HERE, ".build")
GO_PACKAGES = "golang-go golang-google-grpc-dev"
GO_STACK_PACKAGES = f"{GO_PACKAGES} golang-github-golang-jwt-jwt-dev golang-github-mattn-go-sqlite3-dev"
BARE_CHAIN_PACKAGES = "gcc libsqlite3-dev"
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


def bare_chain():
    """The path of the program that is the floor under a request; None when something to build it with is missing."""
    if not shutil.which("cc"):
        return None
    has_sqlite = subprocess.run(["cc", "-E", "-x", "c", "-"], input="#include <sqlite3.h>\n", text=True,
                                capture_output=True, timeout=BUILD_SECONDS_MAX).returncode == 0
    if not has_sqlite:
        return None
    program = os.path.join(BUILD, "bare-chain")
    os.makedirs(BUILD, exist_ok=True)
    source = os.path.join(HERE, "bare-chain", "main.c")
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", program, source, "-lsqlite3"], check=True,
                   timeout=BUILD_SECONDS_MAX)
    return program


def go_driver():
    """The path of the grpc-go driver, or None when its packages are missing."""
    return go_program("go-grpc-echo", ["google.golang.org/grpc"])


def go_stack():
    """The path of the cluster in Go, or None when its packages are missing."""
    return go_program("go-stack", ["google.golang.org/grpc", "github.com/golang-jwt/jwt", "github.com/mattn/go-sqlite3"])


def go_program(name, packages):
    if not shutil.which("go") or not all(os.path.isdir(f"{GO_SOURCES}/src/{package}") for package in packages):
        return None
    program = os.path.join(BUILD, name)
    os.makedirs(BUILD, exist_ok=True)
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": GO_SOURCES, "GOFLAGS": "-buildvcs=false"}
    subprocess.run(["go", "build", "-o", program, "."], cwd=os.path.join(HERE, name), env=environment, check=True,
                   timeout=BUILD_SECONDS_MAX)
    return program
