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

/// GDCM masks the bits above BitsStored. Codings that store whole cells keep them: what they mean is not for a decoder to
/// say.
void keepAllBits(gdcm::Image& image)
{
    const gdcm::TransferSyntax::TSType coding = image.GetTransferSyntax();
    if (coding != gdcm::TransferSyntax::RLELossless && coding != gdcm::TransferSyntax::DeflatedExplicitVRLittleEndian)
        return;
    gdcm::PixelFormat format = image.GetPixelFormat();
    format.SetBitsStored(format.GetBitsAllocated());
    image.SetPixelFormat(format);
}

Reply decoded(std::span<const char> file, std::span<char> pixels)
{
    Reply reply;
    MemoryBuffer buffer(file);
    std::istream in(&buffer);
    gdcm::ImageReader reader;
    reader.SetStream(in);
    if (!reader.Read())
        return reply;
    gdcm::Image& image = reader.GetImage();
    if (!describe(image.GetPixelFormat(), reply)) {
        reply.status = Status::OtherType;
        return reply;
    }
    keepAllBits(image);
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

Reply decodeFrames(std::span<const char> file, std::span<char> pixels)
{
    Reply failed;
    try {
        return decoded(file, pixels);
    } catch (const std::bad_alloc&) {
        failed.status = Status::OutOfMemory;
    } catch (...) {
        failed.status = Status::NotRead;
    }
    return failed;
}

} // namespace hounsfield::decode
