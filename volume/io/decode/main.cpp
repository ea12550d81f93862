// SPDX-License-Identifier: Apache-2.0
// hounsfield-decode: decodes pictures for hounsfield, hounsfield-cli and hounsfield-train, which start it.
#include "volume/io/decode/FrameDecoder.h"
#include "volume/io/decode/Sandbox.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace hounsfield::decode;

namespace {

/// The shared memory, mapped anew where it has grown.
class SharedMemory {
public:
    bool reach(std::uint64_t bytes)
    {
        if (bytes <= m_bytes)
            return true;
        if (m_begin)
            munmap(m_begin, m_bytes);
        m_begin = nullptr;
        m_bytes = 0;
        void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, sharedMemory, 0);
        if (mapped == MAP_FAILED)
            return false;
        m_begin = static_cast<char*>(mapped);
        m_bytes = bytes;
        return true;
    }
    char* begin() const { return m_begin; }

private:
    char* m_begin = nullptr;
    std::uint64_t m_bytes = 0;
};

/// @return false at the end of the requests
bool receive(Request& request)
{
    char* into = reinterpret_cast<char*>(&request);
    for (std::size_t at = 0; at < sizeof request;) {
        const ssize_t got = read(STDIN_FILENO, into + at, sizeof request - at);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        at += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return true;
}

bool send(const Reply& reply)
{
    // Shorter than a pipe's unit of writing, so it goes whole.
    return write(STDOUT_FILENO, &reply, sizeof reply) == static_cast<ssize_t>(sizeof reply);
}

Reply replyTo(const Request& request, SharedMemory& memory)
{
    Reply reply;
    reply.status = Status::OutOfMemory;
    if (!memory.reach(request.outputOffset + request.outputBytes))
        return reply;
    return decodeFrames({memory.begin(), request.inputBytes},
                        {memory.begin() + request.outputOffset, request.outputBytes}, request.oneFrame != 0);
}

} // namespace

int main(int argc, char** argv)
{
    struct stat shared {};
    if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
        std::puts(canRestrict() ? HOUNSFIELD_VERSION " (system calls are restricted)"
                                : HOUNSFIELD_VERSION " (this system does not restrict system calls)");
        return 0;
    }
    if (argc != 2 || std::strcmp(argv[1], "--from-hounsfield") != 0 || fstat(sharedMemory, &shared) != 0) {
        std::puts("hounsfield-decode decodes pictures for hounsfield and hounsfield-cli, which start it "
                  "themselves.");
        return 2;
    }
    quietGdcm();
    Reply ready;
    ready.status = Status::Ready;
    ready.restricted = enterSandbox();
    SharedMemory memory;
    Request request;
    for (bool open = send(ready) && receive(request); open; open = open && receive(request))
        open = send(replyTo(request, memory));
    _exit(0); // the libraries' farewells would ask for what is no longer allowed
}
