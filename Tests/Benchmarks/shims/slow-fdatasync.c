/* LD_PRELOAD: makes fdatasync and fsync take longer, as on a disk that keeps its word.
   IBP_FDATASYNC_MICROSECONDS: how much longer; 1000 when unset. The real call is made too. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

static void delay(void) {
    const char *setting = getenv("IBP_FDATASYNC_MICROSECONDS");
    long microseconds = setting ? strtol(setting, NULL, 10) : 1000;
    struct timespec left = {microseconds / 1000000, microseconds % 1000000 * 1000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

static int slowly(const char *name, int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    delay();
    return real(file);
}

int fdatasync(int file) { return slowly("fdatasync", file); }

int fsync(int file) { return slowly("fsync", file); }
