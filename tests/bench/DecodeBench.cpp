// SPDX-License-Identifier: Apache-2.0
// What decoding in a process of its own costs: a DICOM series read through hounsfield-decode and, in the same
// run, its files decoded within this process as it was done before.
//   bench_decode FOLDER [ROUNDS]
#include "volume/io/ScanSource.h"
#include "volume/io/decode/FrameDecoder.h"
#include "volume/io/internal/RawImage.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace hounsfield;
namespace fs = std::filesystem;

namespace {

template <typename Work> double secondsOf(Work&& work)
{
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::vector<char> bytesOf(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Every file of the folder, decoded here and turned into HU.
void decodeHere(const fs::path& folder, const Index3& size)
{
    const std::int64_t pixels = size[0] * size[1];
    std::vector<char> stored(static_cast<std::size_t>(pixels * 2));
    std::vector<std::int16_t> hu(static_cast<std::size_t>(pixels * size[2]));
    std::int64_t n = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const std::vector<char> file = bytesOf(entry.path());
        if (decode::decodeFrames(file, stored).status != decode::Status::Done || n == size[2]) {
            std::fprintf(stderr, "%s was not decoded\n", entry.path().c_str());
            std::exit(1);
        }
        toHu(stored.data(), Component::Int16, pixels, 1, -1024, hu.data() + n++ * pixels);
    }
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "bench_decode FOLDER [ROUNDS]\n");
        return 2;
    }
    decode::quietGdcm();
    Progress silent;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
    double bestHelper = 1e9, bestHere = 1e9;
    for (int round = 0; round < rounds; ++round) {
        std::unique_ptr<ScanSource> source;
        const double listing = secondsOf([&] { source = std::make_unique<ScanSource>(argv[1], silent); });
        const Index3 size = source->series().front().size;
        const double helper = listing + secondsOf([&] { source->read(std::nullopt, silent); });
        const double here = listing + secondsOf([&] { decodeHere(argv[1], size); });
        std::printf("%lld x %lld x %lld: listing %.2f s; with the helper %.2f s, within the process %.2f s, "
                    "ratio %.3f\n",
                    static_cast<long long>(size[0]), static_cast<long long>(size[1]),
                    static_cast<long long>(size[2]), listing, helper, here, helper / here);
        bestHelper = std::min(bestHelper, helper);
        bestHere = std::min(bestHere, here);
    }
    std::printf("best of %d: %.2f s and %.2f s, ratio %.3f\n", rounds, bestHelper, bestHere,
                bestHelper / bestHere);
}
