// Lets user-mode Linux 6.1 run on processors with AMX. It keeps 2,696 bytes of a process's registers,
// and Linux takes them back only whole (xstateregs_set in arch/x86/kernel/fpu/regset.c): where the
// processor has more, every guest would die of its first instruction. Loaded before the C library, this
// asks for all of them and hands back as many, the tiles of AMX in their initial state, which no
// guest uses.

#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    LONGEST_STATE_LEN = 16384,
    // Intel SDM volume 1, 13.4.2: which components hold more than their initial state.
    XSTATE_BV_OFFSET = 512,
};
static const uint64_t TILES = UINT64_C(3) << 17;

static long whole_state(int request, long pid, struct iovec *theirs)
{
    static __thread char state[LONGEST_STATE_LEN];
    struct iovec ours = {.iov_base = state, .iov_len = sizeof state};
    if (request == PTRACE_GETREGSET) {
        long result = syscall(SYS_ptrace, request, pid, NT_X86_XSTATE, &ours);
        if (result == 0) {
            if (theirs->iov_len > ours.iov_len)
                theirs->iov_len = ours.iov_len;
            memcpy(theirs->iov_base, state, theirs->iov_len);
        }
        return result;
    }
    if (theirs->iov_len > sizeof state) {
        errno = EINVAL;
        return -1;
    }
    memset(state, 0, sizeof state);
    memcpy(state, theirs->iov_base, theirs->iov_len);
    uint64_t in_use;
    memcpy(&in_use, state + XSTATE_BV_OFFSET, sizeof in_use);
    in_use &= ~TILES;
    memcpy(state + XSTATE_BV_OFFSET, &in_use, sizeof in_use);
    return syscall(SYS_ptrace, request, pid, NT_X86_XSTATE, &ours);
}

long ptrace(enum __ptrace_request request, ...)
{
    va_list rest;
    va_start(rest, request);
    long pid = va_arg(rest, long);
    void *address = va_arg(rest, void *);
    void *data = va_arg(rest, void *);
    va_end(rest);
    int is_regset = request == PTRACE_GETREGSET || request == PTRACE_SETREGSET;
    if (is_regset && (intptr_t)address == NT_X86_XSTATE)
        return whole_state(request, pid, data);
    if (request < PTRACE_PEEKTEXT || request > PTRACE_PEEKUSER)
        return syscall(SYS_ptrace, request, pid, address, data);
    // The C library's way of peeking: the word is the result.
    long word;
    if (syscall(SYS_ptrace, request, pid, address, &word) < 0)
        return -1;
    errno = 0;
    return word;
}
