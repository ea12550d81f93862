// SPDX-License-Identifier: Apache-2.0
#include "volume/io/decode/FrameDecoder.h"

#include "volume/io/decode/CodedStream.h"

#include <gdcmImageReader.h>
#include <gdcmTrace.h>

#include <algorithm>
#include <istream>
#include <new>
#include <streambuf>
#include <vector>

namespace hounsfield::decode {
namespace {

/// A stream over bytes that lie in memory already.
class MemoryBuffer final : public std::streambuf {
public:
    explicit MemoryBuffer(std::span<const char> bytes)
    {
        char* begin =
            const_cast<char*>(bytes.data()); // std::streambuf knows no constant buffer; nothing writes to it
        setg(begin, begin, begin + bytes.size());
    }

protected:
    pos_type seekoff(off_type offset, std::ios_base::seekdir from, std::ios_base::openmode) override
    {
        off_type base = 0;
        if (from == std::ios_base::cur)
            base = gptr() - eback();
        else if (from == std::ios_base::end)
            base = egptr() - eback();
        if (offset > (egptr() - eback()) - base || offset < -base)
            return pos_type(off_type(-1));
        setg(eback(), eback() + base + offset, egptr());
        return pos_type(base + offset);
    }
    pos_type seekpos(pos_type position, std::ios_base::openmode which) override
    {
        return seekoff(off_type(position), std::ios_base::beg, which);
    }
};

bool describe(const gdcm::PixelFormat& format, Reply& reply)
{
    switch (format.GetScalarType()) {
    case gdcm::PixelFormat::UINT8:
    case gdcm::PixelFormat::UINT16:
    case gdcm::PixelFormat::UINT32:
        reply.isSigned = 0;
        break;
    case gdcm::PixelFormat::INT8:
    case gdcm::PixelFormat::INT16:
    case gdcm::PixelFormat::INT32:
        reply.isSigned = 1;
        break;
    default:
        return false;
    }
    reply.bitsAllocated = format.GetBitsAllocated();
    reply.bitsStored = format.GetBitsStored();
    return true;
}

/// GDCM masks the bits above BitsStored where an image says that it has any: they may be overlay planes, or
/// metal that needs them. This one does not say so, as it is not for a decoder to know what they mean.
class WholeCells final : public gdcm::Image {
public:
    explicit WholeCells(const gdcm::Image& image) : gdcm::Image(image) {}
    bool AreOverlaysInPixelData() const override { return false; }
    bool UnusedBitsPresentInPixelData() const override { return false; }
};

/// The compressed pixels of an image, a fragment at a time; empty where they are not compressed.
std::vector<CodedStream> streamsOf(const gdcm::Image& image)
{
    std::vector<CodedStream> streams;
    const gdcm::SequenceOfFragments* fragments = image.GetDataElement().GetSequenceOfFragments();
    for (std::size_t n = 0; fragments && n < fragments->GetNumberOfFragments(); ++n)
        if (const gdcm::ByteValue* bytes = fragments->GetFragment(n).GetByteValue())
            if (const auto stream = readCodedStream({bytes->GetPointer(), bytes->GetLength()}))
                streams.push_back(*stream);
    return streams;
}

Reply decoded(std::span<const char> file, std::span<char> pixels, bool oneFrame)
{
    Reply reply;
    MemoryBuffer buffer(file);
    std::istream in(&buffer);
    gdcm::ImageReader reader;
    reader.SetStream(in);
    if (!reader.Read())
        return reply;
    WholeCells image(reader.GetImage());
    if (oneFrame)
        image.SetNumberOfDimensions(2);
    if (!describe(image.GetPixelFormat(), reply)) {
        reply.status = Status::OtherType;
        return reply;
    }
    reply.columns = image.GetDimension(0);
    reply.rows = image.GetDimension(1);
    for (const CodedStream& stream : streamsOf(image)) {
        // GDCM trusts either of two sizes that disagree, and writes beyond the picture.
        if (stream.columns != reply.columns || stream.rows != reply.rows || stream.components != 1) {
            reply.status = Status::OtherSize;
            return reply;
        }
        reply.bitsCoded = std::max(reply.bitsCoded, stream.bits);
    }
    reply.bytes = image.GetBufferLength();
    if (reply.bytes != pixels.size())
        reply.status = Status::OtherSize;
    else if (image.GetBuffer(pixels.data()))
        reply.status = Status::Done;
    return reply;
}

} // namespace

void quietGdcm()
{
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    gdcm::Trace::DebugOff();
}

Reply decodeFrames(std::span<const char> file, std::span<char> pixels, bool oneFrame)
{
    Reply failed;
    try {
        return decoded(file, pixels, oneFrame);
    } catch (const std::bad_alloc&) {
        failed.status = Status::OutOfMemory;
    } catch (...) {
        failed.status = Status::NotRead;
    }
    return failed;
}

} // namespace hounsfield::decode
