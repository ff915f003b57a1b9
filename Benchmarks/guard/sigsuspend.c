/* Lets a Swift program run under valgrind: loaded into it by LD_PRELOAD, built when `./desk bench --guard` runs.
 *
 * The main thread of libdispatch waits in sigsuspend(3) with a mask that is a constant in read-only memory. valgrind writes
 * into the mask that it passes on, so the wait fails at once with EFAULT, over and over, and the program hangs.
 * A mask on the stack may be written to.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int sigsuspend(const sigset_t *mask) {
    sigset_t copy = *mask;
    /* 8: the bytes of the kernel's own mask, smaller than that of the C library. */
    return (int)syscall(SYS_rt_sigsuspend, &copy, 8);
}
