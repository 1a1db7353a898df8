/* A disk that forgets: preloaded into one process, it keeps apart what was written to SQLite's files and what was synced,
 * and at the "power cut" takes back a random part of what was not. Shared memory (-shm) is left alone: recovery
 * rebuilds it. Directories count as synced at once.
 *
 *   POWERLOSS_AT=N         cut at the Nth write or sync; a cut at a sync comes before it takes effect
 *   POWERLOSS_SEED=N       decides what is lost: all; all after a random write, which tears at 512 bytes; or each sector
 *                          of 512 bytes gets any of the contents it had since the last sync
 *   POWERLOSS_BAD_SYNCS=A-B  the Ath to the Bth sync fail with EIO and sync nothing
 *
 * Nothing is really synced: the machine itself is not expected to fail. Exits with 99 at the cut.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR = 512, FDS_MAX = 1024, FILES_MAX = 64, POWER_CUT = 99 };

struct file { dev_t device; ino_t inode; off_t synced_size; };

/* What one sector held before one write. */
struct image { int file; off_t sector; long write; long order; unsigned char bytes[SECTOR]; };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct file files[FILES_MAX];
static int file_count;
static int file_of_fd[FDS_MAX]; /* 0: not ours, else index + 1 */
static struct image *images;
static long image_count, image_room;
static long operations, syncs, cut_at, bad_from = 1, bad_to;
static uint64_t random_state;

static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_pread)(int, void *, size_t, off64_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_ftruncate)(int, off64_t);

__attribute__((noreturn)) static void give_up(const char *why) {
    dprintf(2, "powerloss: %s\n", why);
    _exit(98);
}

static long setting(const char *name) {
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

static void prepare(void) {
    real_openat = dlsym(RTLD_NEXT, "openat64");
    real_close = dlsym(RTLD_NEXT, "close");
    real_pread = dlsym(RTLD_NEXT, "pread64");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_write = dlsym(RTLD_NEXT, "write");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    cut_at = setting("POWERLOSS_AT");
    random_state = (uint64_t)setting("POWERLOSS_SEED") * 0x9E3779B97F4A7C15u + 1;
    const char *bad = getenv("POWERLOSS_BAD_SYNCS");
    if (bad) sscanf(bad, "%ld-%ld", &bad_from, &bad_to);
}

/* A constructor would come too late for what other libraries' constructors open. */
static void prepared(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
}

/* splitmix64 */
static uint64_t below(uint64_t limit) {
    uint64_t z = (random_state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (z ^ (z >> 31)) % limit;
}

static int ends_with(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static off_t size_of(int fd) {
    struct stat info;
    if (fstat(fd, &info) != 0) give_up("fstat failed");
    return info.st_size;
}

static int track(int fd, const char *path) {
    if (fd < 0 || fd >= FDS_MAX) return fd;
    if (!ends_with(path, ".sqlite") && !ends_with(path, ".sqlite-wal") && !ends_with(path, ".sqlite-journal")) return fd;
    struct stat info;
    if (fstat(fd, &info) != 0) give_up("fstat failed");
    pthread_mutex_lock(&lock);
    int index = 0;
    while (index < file_count && (files[index].device != info.st_dev || files[index].inode != info.st_ino)) index++;
    if (index == file_count) {
        if (file_count == FILES_MAX) give_up("too many files");
        files[file_count++] = (struct file){info.st_dev, info.st_ino, info.st_size};
    }
    file_of_fd[fd] = index + 1;
    pthread_mutex_unlock(&lock);
    return fd;
}

static void keep_images(int file, int fd, off_t begin, off_t end) {
    for (off_t sector = begin / SECTOR; sector * SECTOR < end; sector++) {
        if (image_count == image_room) {
            image_room = image_room ? image_room * 2 : 1024;
            images = realloc(images, (size_t)image_room * sizeof *images);
            if (!images) give_up("out of memory");
        }
        struct image *image = &images[image_count];
        *image = (struct image){.file = file, .sector = sector, .write = operations, .order = image_count};
        /* Short behind the end of the file, where the rest stays zero. */
        if (real_pread(fd, image->bytes, SECTOR, sector * SECTOR) < 0) give_up("pread failed");
        image_count++;
    }
}

/* -- the cut ---------------------------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b) {
    const struct image *x = a, *y = b;
    if (x->file != y->file) return x->file < y->file ? -1 : 1;
    if (x->sector != y->sector) return x->sector < y->sector ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

/* One of SQLite's own: closing another one would drop all of the process's POSIX locks on the file. */
static int descriptor_of(int file) {
    for (int fd = 0; fd < FDS_MAX; fd++)
        if (file_of_fd[fd] == file + 1 && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR) return fd;
    return -1;
}

/* `versions`: what the sector held before each write since the last sync, oldest first. */
static void settle(const struct image *versions, long count, int way, long last_kept) {
    long chosen = 0;
    if (way == 1)
        while (chosen < count && versions[chosen].write <= last_kept) chosen++;
    if (way == 1 && chosen < count && versions[chosen].write == last_kept + 1) chosen += (long)below(2);
    if (way == 2) chosen = (long)below((uint64_t)count + 1);
    if (chosen == count) return;
    int fd = descriptor_of(versions->file);
    if (fd >= 0 && real_pwrite(fd, versions[chosen].bytes, SECTOR, versions->sector * SECTOR) != SECTOR)
        give_up("pwrite failed");
}

__attribute__((noreturn)) static void cut_power(void) {
    int way = (int)below(3);
    long first = image_count ? images[0].write : operations;
    long last_kept = first - 1 + (long)below((uint64_t)(operations - first) + 2);
    off_t sizes[FILES_MAX];
    for (int file = 0; file < file_count; file++) {
        int fd = descriptor_of(file);
        sizes[file] = fd < 0 ? 0 : size_of(fd);
        /* The size is written on its own: data that made it may lie behind an end that did not move. */
        if (way == 0 || below(4) == 0) sizes[file] = files[file].synced_size;
    }
    qsort(images, (size_t)image_count, sizeof *images, by_place);
    for (long begin = 0, end; begin < image_count; begin = end) {
        end = begin + 1;
        while (end < image_count && images[end].file == images[begin].file && images[end].sector == images[begin].sector) end++;
        settle(&images[begin], end - begin, way, last_kept);
    }
    for (int file = 0; file < file_count; file++) {
        int fd = descriptor_of(file);
        if (fd >= 0 && real_ftruncate(fd, sizes[file]) != 0) give_up("ftruncate failed");
    }
    _exit(POWER_CUT);
}

/* -- the calls -------------------------------------------------------------------------------------------------- */

static int file_at(int fd) { return fd >= 0 && fd < FDS_MAX ? file_of_fd[fd] - 1 : -1; }

static int open_and_track(int directory, const char *path, int flags, mode_t mode) {
    prepared();
    return track(real_openat(directory, path, flags, mode), path);
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }

int open(const char *path, int flags, ...) { MODE(flags) return open_and_track(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_and_track(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags) return open_and_track(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags) return open_and_track(at, path, flags, mode); }

int close(int fd) {
    prepared();
    if (fd >= 0 && fd < FDS_MAX) {
        pthread_mutex_lock(&lock);
        file_of_fd[fd] = 0;
        pthread_mutex_unlock(&lock);
    }
    return real_close(fd);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    prepared();
    int file = file_at(fd);
    if (file < 0) return real_pwrite(fd, bytes, count, offset);
    pthread_mutex_lock(&lock);
    operations++;
    keep_images(file, fd, offset, offset + (off_t)count);
    ssize_t written = real_pwrite(fd, bytes, count, offset);
    if (operations == cut_at) cut_power();
    pthread_mutex_unlock(&lock);
    return written;
}
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return pwrite64(fd, bytes, count, offset); }

ssize_t write(int fd, const void *bytes, size_t count) {
    prepared();
    if (file_at(fd) >= 0) give_up("write(2) on a tracked file: SQLite was expected to use pwrite(2)");
    return real_write(fd, bytes, count);
}

int ftruncate64(int fd, off64_t size) {
    prepared();
    int file = file_at(fd);
    if (file < 0) return real_ftruncate(fd, size);
    pthread_mutex_lock(&lock);
    operations++;
    keep_images(file, fd, size, size_of(fd));
    int result = real_ftruncate(fd, size);
    if (operations == cut_at) cut_power();
    pthread_mutex_unlock(&lock);
    return result;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int sync_file(int fd) {
    int file = file_at(fd);
    if (file < 0) return 0;
    pthread_mutex_lock(&lock);
    operations++;
    if (operations == cut_at) cut_power();
    syncs++;
    int is_bad = syncs >= bad_from && syncs <= bad_to;
    if (!is_bad) {
        long kept = 0;
        for (long index = 0; index < image_count; index++)
            if (images[index].file != file) images[kept++] = images[index];
        image_count = kept;
        files[file].synced_size = size_of(fd);
    }
    pthread_mutex_unlock(&lock);
    if (is_bad) errno = EIO;
    return is_bad ? -1 : 0;
}
int fdatasync(int fd) { return sync_file(fd); }
int fsync(int fd) { return sync_file(fd); }
