/* Preloaded into a process: of the system calls that write below a folder, the n-th fails, or is where it is killed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static char below[PATH_MAX];
static int countdown, fault, lasting, counted;

/* `errors` is an errno, or 0 to be killed; `lasts`: all that follow fail, too. */
void arm(const char *folder, int n, int error, int lasts) {
    snprintf(below, sizeof below, "%s", folder);
    countdown = n, fault = error, lasting = lasts, counted = 0;
}

/* A program that knows nothing of this is told so: FAILING="n errno lasts folder". */
__attribute__((constructor)) static void armed_from_outside(void) {
    const char *told = getenv("FAILING");
    char folder[PATH_MAX];
    int n, error, lasts;
    if (told && sscanf(told, "%d %d %d %4095[^\n]", &n, &error, &lasts, folder) == 4) arm(folder, n, error, lasts);
}

int hits(void) { return counted; }

static int fails(const char *path) {
    if (!below[0] || strncmp(path, below, strlen(below))) return 0;
    if (countdown > 1) { countdown--; return 0; }
    if (countdown < 1 && !lasting) return 0;
    countdown = 0;
    counted++;
    if (!fault) kill(getpid(), SIGKILL);
    errno = fault;
    return 1;
}

static int fails_at(int end) {
    char name[64], path[PATH_MAX];
    if (!below[0]) return 0;
    snprintf(name, sizeof name, "/proc/self/fd/%d", end);
    ssize_t size = readlink(name, path, sizeof path - 1);
    if (size < 0) return 0;
    path[size] = 0;
    return fails(path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define BY_PATH(type, name, declared, given, path) type name declared { return fails(path) ? -1 : REAL(name) given; }
#define BY_END(type, name, declared, given) type name declared { return fails_at(end) ? -1 : REAL(name) given; }
#define OPENS(name) \
    int name(const char *path, int flags, ...) { \
        va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
        return flags & (O_CREAT | O_TRUNC) && fails(path) ? -1 : REAL(name)(path, flags, mode); \
    }

OPENS(open)
OPENS(open64)
BY_END(ssize_t, write, (int end, const void *data, size_t size), (end, data, size))
BY_END(ssize_t, pwrite, (int end, const void *data, size_t size, off_t at), (end, data, size, at))
BY_END(ssize_t, pwrite64, (int end, const void *data, size_t size, off64_t at), (end, data, size, at))
BY_END(int, fsync, (int end), (end))
BY_END(int, fdatasync, (int end), (end))
BY_END(int, ftruncate, (int end, off_t size), (end, size))
BY_END(int, ftruncate64, (int end, off64_t size), (end, size))
BY_PATH(int, rename, (const char *old, const char *new), (old, new), new)
BY_PATH(int, link, (const char *old, const char *new), (old, new), new)
BY_PATH(int, unlink, (const char *path), (path), path)
BY_PATH(int, mkdir, (const char *path, mode_t mode), (path, mode), path)

/* Python gives the folder as a descriptor where it was told one; it was not. */
int renameat(int a, const char *old, int b, const char *new) { return fails(new) ? -1 : REAL(renameat)(a, old, b, new); }
int linkat(int a, const char *old, int b, const char *new, int flags) { return fails(new) ? -1 : REAL(linkat)(a, old, b, new, flags); }
int unlinkat(int a, const char *path, int flags) { return fails(path) ? -1 : REAL(unlinkat)(a, path, flags); }
int mkdirat(int a, const char *path, mode_t mode) { return fails(path) ? -1 : REAL(mkdirat)(a, path, mode); }
