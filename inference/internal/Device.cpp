// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Device.h"

#include "inference/internal/cpu/CpuBackbone.h"
#include "volume/Error.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <filesystem>
#include <fstream>
#include <thread>

#if defined(__linux__)
#include <dlfcn.h>
#include <malloc.h>
#endif

namespace hounsfield {
namespace {

int cudaDevices()
{
    return at::globalContext().hasCUDA() ? static_cast<int>(at::detail::getCUDAHooks().getNumGPUs()) : 0;
}

/// The BLAS in use, by the file that its matrix product comes from; empty where that cannot be told.
std::string blasFile()
{
#if defined(__linux__)
    Dl_info info{};
    void* product = dlsym(RTLD_DEFAULT, "sgemm_");
    if (product && dladdr(product, &info) && info.dli_fname) {
        std::error_code ignored;
        return std::filesystem::canonical(info.dli_fname, ignored).string();
    }
#endif
    return {};
}

/// Large tensors are given back to the system and fetched again at every step otherwise, which costs page
/// faults (measured: activations 8 times, normalisation 2 to 4 times slower).
void keepFreedMemory()
{
#if defined(__GLIBC__)
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, -1);
    mallopt(M_ARENA_MAX, 1);
#endif
}

/// The processor's own backbones keep their maps themselves. What else is large is used once and better given
/// back than kept in a heap with holes: glibc would raise this limit by itself after the first large piece.
void giveBackLargeMemory()
{
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 8 << 20);
#endif
}

#if defined(__linux__)
/// The first line of a file that begins so; empty where there is none.
std::string lineOf(const std::filesystem::path& file, const std::string& beginning)
{
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(beginning))
            return line;
    return {};
}
#endif

} // namespace

at::Device chooseDevice(const std::string& wanted)
{
    const int cards = cudaDevices();
    if (wanted == "cpu" || (wanted == "auto" && cards == 0))
        return at::Device(at::kCPU);
    if (wanted == "auto")
        return at::Device(at::kCUDA, 0);
    if (wanted != "cuda" && !wanted.starts_with("cuda:"))
        throw Error(ErrorKind::Usage, "The device \"" + wanted + "\" is not known. Use auto, cpu or cuda:0.");
    const std::string digits = wanted == "cuda" ? "0" : wanted.substr(5);
    if (digits.empty() || digits.size() > 3 || digits.find_first_not_of("0123456789") != std::string::npos)
        throw Error(ErrorKind::Usage, "The device \"" + wanted + "\" is not known. Use auto, cpu or cuda:0.");
    const int number = std::stoi(digits);
    if (number >= cards)
        throw Error(
            ErrorKind::Usage,
            cards == 0 ? "This computer (or this build) has no graphics card to compute on. Use --device cpu."
                       : "There is no graphics card number " + digits +
                             "; the last is cuda:" + std::to_string(cards - 1) + ".");
    return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(number));
}

std::vector<Precision> precisionsOf(const at::Device& device)
{
    if (device.is_cuda())
        return {Precision::Fp32, Precision::Fp16, Precision::Bf16};
    // Emulated, bfloat16 is many times slower than float32.
    return CpuBackbone::computesInBFloat16() ? std::vector{Precision::Fp32, Precision::Bf16}
                                             : std::vector{Precision::Fp32};
}

Precision checkedPrecision(Precision wanted, const at::Device& device)
{
    if (wanted == Precision::Fp16 && device.is_cpu())
        throw Error(ErrorKind::Usage,
                    "Half precision (fp16) needs a graphics card. Use --precision fp32 or bf16 on the CPU.");
    if (wanted == Precision::Bf16 && device.is_cpu() && !CpuBackbone::computesInBFloat16())
        throw Error(ErrorKind::Usage, "This processor has no bfloat16 (AVX-512 BF16 or AMX): it would be "
                                      "emulated, many times slower than float32. Use --precision fp32.");
    return wanted;
}

std::string processorName(const at::Device& device)
{
    std::string name;
#if defined(__linux__)
    if (device.is_cpu()) {
        name = lineOf("/proc/cpuinfo", "model name");
    } else {
        std::error_code none;
        for (const auto& card : std::filesystem::directory_iterator("/proc/driver/nvidia/gpus", none))
            name += lineOf(card.path() / "information", "Model:");
    }
#endif
    return device.is_cpu() ? name + ", sets " + std::to_string(CpuBackbone::instructionSets()) : name;
}

std::vector<std::string> setUpMachine(int threads, const at::Device& device)
{
    // LibTorch starts with one thread on some systems.
    at::set_num_threads(threads > 0 ? threads
                                    : static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
    // TensorFloat-32 would round float32 to 10 bits without saying so.
    at::globalContext().setAllowTF32CuDNN(false);
    at::globalContext().setAllowTF32CuBLAS(false);
    std::vector<std::string> notes;
    if (device.is_cpu()) {
        CpuBackbone::available() ? giveBackLargeMemory() : keepFreedMemory();
        const std::string blas = blasFile();
        if (!blas.empty() && blas.find("openblas") == std::string::npos &&
            blas.find("mkl") == std::string::npos && blas.find("torch") == std::string::npos &&
            blas.find("blis") == std::string::npos)
            notes.push_back("Matrix products run on a slow library (" + blas +
                            "). Install OpenBLAS (libopenblas0-openmp on Debian): the model then runs "
                            "several times faster.");
    }
    return notes;
}

} // namespace hounsfield
