/* Makes one system call of a process fail: LD_PRELOAD, with FAULT_CALL, FAULT_AT (from 1) and FAULT_ERROR.

   Calls on files of Python itself are not counted. FAULT_COUNTS names a file for the number of calls by name. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN, READ, WRITE, PREAD, PWRITE, FSYNC, FTRUNCATE, MKDIR, CALLS };
static const char *const names[CALLS] = {"open", "read", "write", "pread", "pwrite", "fsync", "ftruncate", "mkdir"};
static atomic_int counts[CALLS];
static int wanted = -1, at, error;
static char is_library[4096];

__attribute__((constructor)) static void begin(void)
{
    const char *call = getenv("FAULT_CALL");
    for (int i = 0; call && i < CALLS; i++)
        if (!strcmp(call, names[i]))
            wanted = i;
    at = atoi(getenv("FAULT_AT") ? getenv("FAULT_AT") : "0");
    error = atoi(getenv("FAULT_ERROR") ? getenv("FAULT_ERROR") : "0");
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("FAULT_COUNTS");
    FILE *file = path ? fopen(path, "w") : NULL;
    for (int i = 0; file && i < CALLS; i++)
        fprintf(file, "%s %d\n", names[i], (int)counts[i]);
    if (file)
        fclose(file);
}

static int fails(int call)
{
    if (atomic_fetch_add(&counts[call], 1) + 1 != at || call != wanted)
        return 0;
    errno = error;
    return 1;
}

static int of_python(const char *path)
{
    return strstr(path, "/lib/") || strstr(path, ".py") || strstr(path, "/proc/") || strstr(path, "/sys/")
        || strstr(path, "pyvenv.cfg") || strstr(path, "/etc/") || strstr(path, "/usr/");
}

static int counted(int fd)
{
    return fd < 0 || fd >= (int)sizeof is_library || !is_library[fd];
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = dlsym(RTLD_NEXT, #name)

static int opened(int fd, const char *path)
{
    if (fd >= 0 && fd < (int)sizeof is_library)
        is_library[fd] = (char)of_python(path);
    return fd;
}

#define OPENER(name)                                         \
    int name(const char *path, int flags, ...)               \
    {                                                        \
        REAL(name);                                          \
        va_list more;                                        \
        va_start(more, flags);                               \
        mode_t mode = va_arg(more, mode_t);                  \
        va_end(more);                                        \
        if (!of_python(path) && fails(OPEN))                 \
            return -1;                                       \
        return opened(real(path, flags, mode), path);        \
    }
OPENER(open)
OPENER(open64)

ssize_t read(int fd, void *data, size_t size) { REAL(read); return counted(fd) && fails(READ) ? -1 : real(fd, data, size); }
ssize_t readv(int fd, const struct iovec *parts, int count) { REAL(readv); return fails(READ) ? -1 : real(fd, parts, count); }
ssize_t write(int fd, const void *data, size_t size) { REAL(write); return fails(WRITE) ? -1 : real(fd, data, size); }
ssize_t pread64(int fd, void *data, size_t size, off64_t place) { REAL(pread64); return fails(PREAD) ? -1 : real(fd, data, size, place); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t place) { REAL(pwrite64); return fails(PWRITE) ? -1 : real(fd, data, size, place); }
int fsync(int fd) { REAL(fsync); return fails(FSYNC) ? -1 : real(fd); }
int ftruncate64(int fd, off64_t size) { REAL(ftruncate64); return fails(FTRUNCATE) ? -1 : real(fd, size); }
int mkdir(const char *path, mode_t mode) { REAL(mkdir); return fails(MKDIR) ? -1 : real(path, mode); }
