// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/PixelDecoder.h"

#include "volume/io/internal/DicomSeries.h"
#include "volume/io/internal/Text.h"

#include <algorithm>
#include <mutex>
#include <vector>

namespace hounsfield {
namespace {

constexpr std::size_t mostIdle = 2;
constexpr std::uint64_t mostKeptBytes = 64 << 20;

/// Helpers that wait for work.
class IdleProcesses {
public:
    std::unique_ptr<DecodeProcess> take()
    {
        {
            const std::lock_guard lock(m_mutex);
            if (!m_idle.empty()) {
                auto one = std::move(m_idle.back());
                m_idle.pop_back();
                return one;
            }
        }
        return std::make_unique<DecodeProcess>();
    }
    void giveBack(std::unique_ptr<DecodeProcess> process)
    {
        if (!process || !process->isUsable() || process->memoryBytes() > mostKeptBytes)
            return;
        const std::lock_guard lock(m_mutex);
        if (m_idle.size() < mostIdle)
            m_idle.push_back(std::move(process));
    }

private:
    std::mutex m_mutex;
    std::vector<std::unique_ptr<DecodeProcess>> m_idle;
};

IdleProcesses& idleProcesses()
{
    static IdleProcesses all;
    return all;
}

Component componentOf(const decode::Reply& reply)
{
    if (reply.bitsAllocated == 8)
        return reply.isSigned ? Component::Int8 : Component::UInt8;
    if (reply.bitsAllocated == 16)
        return reply.isSigned ? Component::Int16 : Component::UInt16;
    return reply.isSigned ? Component::Int32 : Component::UInt32;
}

/// The helper may have been taken over by what it decoded: its words are checked as a file's are.
bool isConsistent(const decode::Reply& reply)
{
    return (reply.bitsAllocated == 8 || reply.bitsAllocated == 16 || reply.bitsAllocated == 32) &&
           reply.bitsStored >= 1 && reply.bitsStored <= reply.bitsAllocated && reply.isSigned <= 1;
}

} // namespace

/// What is to be decoded: the file of a slice, or one frame of it.
struct PixelDecoder::Wanted {
    const DicomSlice& slice;
    const FrameItem* frame = nullptr;

    std::uint64_t pixels() const
    {
        const DicomSlice& s = slice;
        return std::uint64_t(s.rows) * std::uint64_t(s.columns) * std::uint64_t(frame ? 1 : s.frames);
    }
    [[noreturn]] void refuse(const std::string& why) const
    {
        const std::string which = frame ? " (frame " + std::to_string(slice.frame + 1) + ")" : "";
        throw UndecodableFile(quoted(slice.file) + which + " " + why + " Fetch the series again.");
    }
};

PixelDecoder::~PixelDecoder()
{
    idleProcesses().giveBack(std::move(m_process));
}

DecodeProcess::Outcome PixelDecoder::ask(const Wanted& wanted, std::uint64_t bytes, const Progress& progress)
{
    DecodeProcess::Outcome outcome;
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (!m_process || !m_process->isUsable()) {
            m_process.reset();
            m_process = attempt == 0 ? idleProcesses().take() : std::make_unique<DecodeProcess>();
        }
        outcome = m_process->decode(wanted.slice.file, wanted.frame, bytes, progress);
        if (!outcome.again)
            break;
        m_process.reset();
    }
    return outcome;
}

PixelDecoder::Frames PixelDecoder::decodeAll(const DicomSlice& slice, const Progress& progress)
{
    return decode({slice, nullptr}, progress);
}

PixelDecoder::Frames PixelDecoder::decodeOne(const DicomSlice& slice, const Progress& progress)
{
    return decode({slice, &slice.item.value()}, progress);
}

PixelDecoder::Frames PixelDecoder::decode(const Wanted& wanted, const Progress& progress)
{
    const DicomSlice& s = wanted.slice;
    const std::uint64_t pixels = wanted.pixels();
    DecodeProcess::Outcome outcome = ask(wanted, pixels * std::uint64_t(s.bitsAllocated / 8), progress);
    // Some codings unpack to more bytes a pixel than the header allocates.
    if (outcome.end.empty() && outcome.reply.status == decode::Status::OtherSize &&
        isConsistent(outcome.reply) && outcome.reply.bytes == pixels * (outcome.reply.bitsAllocated / 8))
        outcome = ask(wanted, outcome.reply.bytes, progress);
    if (!outcome.end.empty())
        wanted.refuse("cannot be decoded: " + outcome.end + ", so its pixels are damaged.");
    const decode::Reply& reply = outcome.reply;
    // What damaged pixels did to the helper must not reach the next file.
    if (reply.status != decode::Status::Done)
        m_process.reset();
    if (reply.status == decode::Status::OutOfMemory)
        wanted.refuse("cannot be decoded: its pixels ask for more memory than a picture of that size needs.");
    if (reply.status == decode::Status::OtherType)
        wanted.refuse("stores its grey values in a way this program does not read.");
    const bool otherSize =
        reply.columns != static_cast<unsigned>(s.columns) || reply.rows != static_cast<unsigned>(s.rows);
    if (reply.status == decode::Status::OtherSize || (reply.status == decode::Status::Done && otherSize))
        wanted.refuse("is damaged: its picture is not as large as its header says.");
    if (reply.status != decode::Status::Done || !isConsistent(reply) ||
        reply.bytes != pixels * (reply.bitsAllocated / 8))
        wanted.refuse("cannot be decoded: it is damaged, or compressed in a way this program does not know "
                      "(transfer syntax " +
                      s.transferSyntax + ").");
    const int stored = std::min(static_cast<int>(reply.bitsStored), s.bitsStored);
    return {m_process->pixels(), componentOf(reply), stored,
            static_cast<int>(std::min(reply.bitsCoded, 64u))};
}

bool isDecoderRestricted()
{
    auto process = idleProcesses().take();
    const bool restricted = process->isRestricted();
    idleProcesses().giveBack(std::move(process));
    return restricted;
}

} // namespace hounsfield
