#include "volume/io/decode/FrameDecoder.h"

#include <gdcmImageReader.h>
#include <gdcmTrace.h>

#include <istream>
#include <new>
#include <streambuf>

namespace hounsfield::decode
{
namespace
{

/// A stream over bytes that lie in memory already.
class MemoryBuffer final : public std::streambuf
{
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
class WholeCells final : public gdcm::Image
{
public:
    explicit WholeCells(const gdcm::Image& image) : gdcm::Image(image) {}
    bool AreOverlaysInPixelData() const override { return false; }
    bool UnusedBitsPresentInPixelData() const override { return false; }
};

using Stream = std::span<const unsigned char>;

/// The first fragment of compressed pixels; empty where there is none.
Stream firstFragment(const gdcm::Image& image)
{
    const gdcm::SequenceOfFragments* fragments = image.GetDataElement().GetSequenceOfFragments();
    if (!fragments || fragments->GetNumberOfFragments() == 0)
        return {};
    const gdcm::ByteValue* bytes = fragments->GetFragment(0).GetByteValue();
    return bytes ? Stream(reinterpret_cast<const unsigned char*>(bytes->GetPointer()), bytes->GetLength())
                 : Stream();
}

bool isFrameHeader(unsigned char marker)
{
    constexpr unsigned char jpegLs = 0xF7, tables = 0xC4, reserved = 0xC8, arithmetic = 0xCC;
    return marker == jpegLs || (marker >= 0xC0 && marker <= 0xCF && marker != tables && marker != reserved &&
                                marker != arithmetic);
}

/// The bits of each value in a stream: of JPEG and JPEG-LS by the frame header (ITU-T T.81 B.2.2, T.87
/// C.2.2), of JPEG 2000 by the size segment (T.800 A.5.1); 0 in others.
std::uint32_t codedBits(Stream stream)
{
    if (stream.size() > 42 && stream[0] == 0xFF && stream[1] == 0x4F && stream[2] == 0xFF &&
        stream[3] == 0x51)
        return (stream[42] & 0x7Fu) + 1;
    if (stream.size() < 2 || stream[0] != 0xFF || stream[1] != 0xD8)
        return 0;
    for (std::size_t at = 2; at + 4 < stream.size() && stream[at] == 0xFF;) {
        if (isFrameHeader(stream[at + 1]))
            return stream[at + 4];
        at += 2u + 256u * stream[at + 2] + stream[at + 3];
    }
    return 0;
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
    reply.bitsCoded = codedBits(firstFragment(image));
    reply.columns = image.GetDimension(0);
    reply.rows = image.GetDimension(1);
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
