/* Makes one call of a process fail: LD_PRELOAD, and FAULT_FILE, which names a file of the struct below.

   The file is shared: a test plans a fault while the process runs, and reads the number of calls. Calls on files of
   Python itself are not counted, and a call that fails does not reach the system. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    OPEN, READ, WRITE, PREAD, PWRITE, FSYNC, FTRUNCATE, MKDIR, RENAME, UNLINK, FORK, PIPE, SELECT,
    SOCKET, BIND, LISTEN, CONNECT, ACCEPT, RECV, SEND, CALLS
};
enum { ENGINE, LOG_WRITER, WORKER, OTHER, ROLES };

/* The caller writes the first four; faults.py has the same order. */
static struct {
    int role, call, error;
    atomic_int at; /* the call fails at 1; each call counts down */
    atomic_int failed;
    atomic_int counts[ROLES][CALLS];
} *plan;
static int role = OTHER;
static char is_library[4096];

static int role_of_process(void)
{
    char line[4096] = "";
    FILE *file = fopen("/proc/self/cmdline", "r");
    size_t size = file ? fread(line, 1, sizeof line - 1, file) : 0;
    if (file)
        fclose(file);
    for (size_t i = 0; i < size; i++)
        if (!line[i])
            line[i] = ' ';
    if (strstr(line, "log_writer.py"))
        return LOG_WRITER;
    if (strstr(line, "nice ") == line)
        return OTHER;
    if (strstr(line, "impsy_tui.workers"))
        return WORKER;
    return strstr(line, "impsy_tui run") ? ENGINE : OTHER;
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("FAULT_FILE");
    int found = role_of_process();
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *shared = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    if (shared == MAP_FAILED)
        return;
    role = found;
    plan = shared;
}

static int fails(int call)
{
    if (!plan)
        return 0;
    atomic_fetch_add(&plan->counts[role][call], 1);
    if (plan->role != role || plan->call != call || atomic_fetch_sub(&plan->at, 1) != 1)
        return 0;
    atomic_store(&plan->failed, 1);
    errno = plan->error;
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

/* Defines a call that fails if it is planned, and if `when` is true. */
#define CALL(kind, result, name, when, parameters, ...)          \
    result name parameters                                       \
    {                                                            \
        REAL(name);                                              \
        return (when) && fails(kind) ? -1 : real(__VA_ARGS__);   \
    }

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

/* The numbers of closed files come back as those of other files. */
#define FRESH(fd) opened(fd, "")

CALL(READ, ssize_t, read, counted(fd), (int fd, void *data, size_t size), fd, data, size)
CALL(READ, ssize_t, readv, counted(fd), (int fd, const struct iovec *parts, int count), fd, parts, count)
CALL(WRITE, ssize_t, write, 1, (int fd, const void *data, size_t size), fd, data, size)
CALL(PREAD, ssize_t, pread64, counted(fd), (int fd, void *data, size_t size, off64_t at), fd, data, size, at)
CALL(PWRITE, ssize_t, pwrite64, 1, (int fd, const void *data, size_t size, off64_t at), fd, data, size, at)
CALL(FSYNC, int, fsync, 1, (int fd), fd)
CALL(FTRUNCATE, int, ftruncate64, 1, (int fd, off64_t size), fd, size)
CALL(MKDIR, int, mkdir, 1, (const char *path, mode_t mode), path, mode)
CALL(RENAME, int, rename, !of_python(to), (const char *from, const char *to), from, to)
CALL(UNLINK, int, unlink, !of_python(path), (const char *path), path)
CALL(SELECT, int, select, 1, (int n, fd_set *r, fd_set *w, fd_set *e, struct timeval *time), n, r, w, e, time)
CALL(BIND, int, bind, 1, (int fd, const struct sockaddr *address, socklen_t size), fd, address, size)
CALL(LISTEN, int, listen, 1, (int fd, int count), fd, count)
CALL(CONNECT, int, connect, 1, (int fd, const struct sockaddr *address, socklen_t size), fd, address, size)
CALL(RECV, ssize_t, recv, 1, (int fd, void *data, size_t size, int flags), fd, data, size, flags)
CALL(RECV, ssize_t, recvfrom, 1,
     (int fd, void *data, size_t size, int flags, struct sockaddr *from, socklen_t *length),
     fd, data, size, flags, from, length)
CALL(RECV, ssize_t, recvmsg, 1, (int fd, struct msghdr *message, int flags), fd, message, flags)
CALL(SEND, ssize_t, send, 1, (int fd, const void *data, size_t size, int flags), fd, data, size, flags)
CALL(SEND, ssize_t, sendto, 1,
     (int fd, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t length),
     fd, data, size, flags, to, length)
CALL(SEND, ssize_t, sendmsg, 1, (int fd, const struct msghdr *message, int flags), fd, message, flags)

int socket(int domain, int type, int protocol)
{
    REAL(socket);
    return fails(SOCKET) ? -1 : FRESH(real(domain, type, protocol));
}

int accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
    REAL(accept4);
    return fails(ACCEPT) ? -1 : FRESH(real(fd, address, size, flags));
}

static int pair(int result, const int *fds)
{
    if (!result) {
        FRESH(fds[0]);
        FRESH(fds[1]);
    }
    return result;
}

int pipe2(int fds[2], int flags)
{
    REAL(pipe2);
    return fails(PIPE) ? -1 : pair(real(fds, flags), fds);
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
    REAL(socketpair);
    return fails(SOCKET) ? -1 : pair(real(domain, type, protocol, fds), fds);
}

pid_t fork(void)
{
    REAL(fork);
    return fails(FORK) ? -1 : real();
}

pid_t vfork(void) /* a function cannot return from vfork twice: POSIX allows that it is fork */
{
    return fork();
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const words[], char *const environment[])
{
    REAL(posix_spawn);
    return fails(FORK) ? errno : real(pid, path, actions, attributes, words, environment);
}
