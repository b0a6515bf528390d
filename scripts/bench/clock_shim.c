/* Sets the clock of some processes only: LD_PRELOAD, and CLOCK_FILE, which names a file of one 64-bit number.

   The file is shared: a benchmark writes the seconds by which the clock is ahead. Timers of the system's clock become
   readable when the number changes, and reading them fails as after a change of the clock (timerfd_create(2)). */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static volatile const int64_t *ahead;
static int64_t seen; /* by the timer */
static int timer = -1;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("CLOCK_FILE");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *shared = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    if (shared != MAP_FAILED)
        ahead = shared;
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = dlsym(RTLD_NEXT, #name)

int clock_gettime(clockid_t clock, struct timespec *now)
{
    REAL(clock_gettime);
    int result = real(clock, now);
    if (!result && ahead && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += *ahead;
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    struct timespec found;
    int result = clock_gettime(CLOCK_REALTIME, &found);
    now->tv_sec = found.tv_sec;
    now->tv_usec = found.tv_nsec / 1000;
    return result;
}

time_t time(time_t *now)
{
    struct timespec found;
    clock_gettime(CLOCK_REALTIME, &found);
    if (now)
        *now = found.tv_sec;
    return found.tv_sec;
}

static void *watch(void *unused)
{
    for (;;) {
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        int64_t now = *ahead;
        if (now != seen && timer >= 0)
            eventfd_write(timer, 1);
        seen = now;
    }
    return unused;
}

int timerfd_create(int clock, int flags)
{
    REAL(timerfd_create);
    pthread_t thread;
    if (!ahead || clock != CLOCK_REALTIME || timer >= 0)
        return real(clock, flags);
    seen = *ahead;
    timer = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    pthread_create(&thread, NULL, watch, NULL);
    return timer;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *next, struct itimerspec *before)
{
    REAL(timerfd_settime);
    return fd >= 0 && fd == timer ? 0 : real(fd, flags, next, before);
}

ssize_t read(int fd, void *data, size_t size)
{
    REAL(read);
    ssize_t result = real(fd, data, size);
    if (result > 0 && fd == timer) {
        errno = ECANCELED;
        return -1;
    }
    return result;
}

int close(int fd)
{
    REAL(close);
    if (fd >= 0 && fd == timer)
        timer = -1;
    return real(fd);
}
