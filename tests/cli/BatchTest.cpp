// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/Cohort.h"
#include "tests/cli/TumorPack.h"
#include "tests/support/catch.h"
#include "volume/io/MaskWriter.h"
#include "volume/io/ScanReader.h"

#include <algorithm>
#include <csignal>

#include <unistd.h>

using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

/// What of a folder of results must not be left when nothing runs any more.
int halfResults(const fs::path& out)
{
    int count = 0;
    for (const auto& entry : fs::directory_iterator(out)) {
        const std::string ending = entry.path().extension().string();
        count += ending == ".part" || ending == ".lock" || ending == ".old";
    }
    return count;
}

std::vector<std::string> batchWords(const Cohort& cohort, const std::string& out,
                                    const std::vector<std::string>& more = {})
{
    std::vector<std::string> words{"batch",       cohort.list().string(),
                                   "--prompt",    "liver and liver tumor",
                                   "--precision", "fp32",
                                   "--overlap",   "0",
                                   "--out",       (cohort.path() / out).string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

} // namespace

TEST_CASE("a batch that was killed goes on where it was, and its tables are those of a run in one piece, "
          "with the numbers of single runs")
{
    const Cohort cohort(4);
    const fs::path pack = writeTumorPack(cohort.path());
    const std::string asked = "--prompt 'liver and liver tumor' --model " + quoted(pack);
    const Outcome whole = cohort.run("whole", asked);
    INFO(whole.output);
    REQUIRE(whole.code == 0);
    CHECK(contains(whole.output, "[4/4] s4: "));
    CHECK(contains(whole.output, "4 done, 0 skipped (done before), 0 failed."));

    RunningProgram killed(batchWords(cohort, "killed", {"--model", pack.string()}));
    REQUIRE(becomes([&] {
        return fs::exists(cohort.path() / "killed" / "s1" / "done.json") &&
               fs::exists(cohort.path() / "killed" / ".s2.part");
    }));
    const pid_t worker = killed.child();
    REQUIRE(worker > 0);
    kill(killed.process(), SIGKILL);
    CHECK(killed.wait() == 128 + SIGKILL);
    CHECK(becomes([&] {
        return kill(worker, 0) != 0 ||
               contains(readFile("/proc/" + std::to_string(worker) + "/stat"), ") Z ");
    }));
    CHECK_FALSE(fs::exists(cohort.path() / "killed" / "measurements.csv"));

    const Outcome resumed = cohort.run("killed", asked + " --jobs 2");
    INFO(resumed.output);
    CHECK(resumed.code == 0);
    CHECK(contains(resumed.output, " skipped (done before), 0 failed."));
    CHECK(contains(resumed.output, "done before and are skipped"));
    for (const char* table : {"measurements.csv", "lesions.csv"}) {
        CHECK(cohort.text(std::string("whole/") + table).size() > 300);
        CHECK(cohort.text(std::string("whole/") + table) == cohort.text(std::string("killed/") + table));
    }
    CHECK(halfResults(cohort.path() / "killed") == 0);

    // The rows of a case are those of the file that segment writes.
    REQUIRE(runProgram("segment " + quoted(cohort.scan(3)) + " " + asked +
                       " --precision fp32 --overlap 0 --quiet --out " + quoted(cohort.path() / "single"))
                .code == 0);
    for (const char* file : {"s3_measurements.csv", "s3_measurements.json", "s3_lesions.csv"})
        CHECK(cohort.text(std::string("single/") + file) == cohort.text(std::string("whole/s3/") + file));
    const std::string single = cohort.text("single/s3_measurements.csv"),
                      row = single.substr(single.find('\n') + 1);
    CHECK(contains(cohort.text("whole/measurements.csv"), "\ns3," + row.substr(0, row.find('\n') + 1)));
}

TEST_CASE("a truncated scan and one whose process is killed fail alone, with a sentence each, and mended, "
          "they alone are run again")
{
    const Cohort cohort(4);
    const std::string bytes = readFile(cohort.scan(2));
    writeFile(cohort.scan(2), bytes.substr(0, bytes.size() / 2));
    RunningProgram running(batchWords(cohort, "out"));
    REQUIRE(becomes([&] { return fs::exists(cohort.path() / "out" / ".s3.part"); }));
    kill(running.child(), SIGKILL);
    CHECK(running.wait() == 7);
    const std::string failed = cohort.text("out/failed.csv");
    INFO(failed);
    CHECK(std::count(failed.begin(), failed.end(), '\n') == 3);
    CHECK(contains(failed, "case,scan,error\r\ns2,s2.nii.gz,"));
    CHECK(contains(failed, "s3,s3.nii.gz,The process that looked at it was killed"));
    CHECK_FALSE(contains(failed, cohort.path().string()));
    CHECK(contains(cohort.text("out/measurements.csv"), "\ns4,"));
    CHECK_FALSE(contains(cohort.text("out/measurements.csv"), "\ns2,"));
    CHECK(halfResults(cohort.path() / "out") == 0);

    writeFile(cohort.scan(2), bytes);
    const Outcome mended = cohort.run("out");
    INFO(mended.output);
    CHECK(mended.code == 0);
    CHECK(contains(mended.output, "2 done, 2 skipped (done before), 0 failed."));
    CHECK_FALSE(fs::exists(cohort.path() / "out" / "failed.csv"));
    CHECK(contains(cohort.text("out/measurements.csv"), "\ns2,"));
}

TEST_CASE("shards are disjoint and complete, and what is collected of them is what one run gives")
{
    const Cohort cohort(4);
    REQUIRE(cohort.run("whole", "--prompt liver").code == 0);
    std::string told;
    for (const char* shard : {"1/3", "2/3", "3/3"}) {
        const Outcome part = cohort.run("shards", std::string("--prompt liver --shard ") + shard);
        INFO(part.output);
        CHECK(part.code == 0);
        CHECK_FALSE(fs::exists(cohort.path() / "shards" / "measurements.csv"));
        told += part.output;
        if (std::string(shard) == "2/3") {
            const Outcome early = cohort.run("shards", "--collect");
            CHECK(early.code == 7);
            CHECK(contains(early.output, "Missing: s3"));
            CHECK(contains(early.output, "3 of 4 cases are in measurements.csv, 1 missing, 0 failed."));
            fs::remove(cohort.path() / "shards" / "measurements.csv");
        }
    }
    for (int n = 1; n <= 4; ++n) {
        const std::string name = "] s" + std::to_string(n) + ": ";
        CHECK(contains(told, name));
        CHECK(told.find(name) == told.rfind(name));
    }
    CHECK(cohort.run("shards", "--collect").code == 0);
    CHECK(cohort.text("shards/measurements.csv") == cohort.text("whole/measurements.csv"));
}

TEST_CASE("what is asked otherwise is run again and said so, and what another process holds is left to it, a "
          "dead one's lock is taken over")
{
    const Cohort cohort(2);
    REQUIRE(cohort.run("out", "--prompt liver").code == 0);
    writeFile(cohort.list(), "scan,prompt\ns1.nii.gz,\ns2.nii.gz,spleen\n");
    const Outcome other = cohort.run("out", "--prompt liver");
    INFO(other.output);
    CHECK(
        contains(other.output, "s2 was done before, but not the same: the prompt changed. It is run again."));
    CHECK(contains(other.output, "1 done, 1 skipped"));
    // What an older program found is not taken for what this one would.
    const fs::path record = cohort.path() / "out" / "s1" / "done.json";
    auto done = readJson(record);
    done["request"]["program_version"] = "0.0.1";
    writeFile(record, done.dump());
    const Outcome newer = cohort.run("out", "--prompt liver");
    CHECK(contains(newer.output,
                   "s1 was done before, but not the same: the program version changed. It is run again."));
    CHECK(contains(newer.output, "1 done, 1 skipped"));
    // The same weights with another threshold find something else.
    done = readJson(record);
    REQUIRE(done["request"]["markings"].size() == 32);
    done["request"]["markings"][5][1] = 0.3;
    writeFile(record, done.dump());
    CHECK(contains(cohort.run("out", "--prompt liver").output,
                   "s1 was done before, but not the same: the model changed. It is run again."));
    CHECK(contains(cohort.text("out/measurements.csv"), "s2,spleen"));

    char host[256] = {};
    gethostname(host, sizeof host - 1);
    const std::string stat = readFile("/proc/self/stat");
    std::string started = stat.substr(stat.rfind(')'));
    for (int n = 2; n < 22; ++n)
        started.erase(0, started.find(' ') + 1);
    started.erase(started.find(' '));
    const fs::path lock = cohort.path() / "out" / ".s1.lock";
    writeFile(lock, std::string(host) + " " + std::to_string(getpid()) + " " + started + "\n");
    const Outcome held = cohort.run("out", "--prompt liver --again");
    INFO(held.output);
    CHECK(held.code == 7);
    CHECK(contains(held.output, "s1: left to process " + std::to_string(getpid()) + " on " + host +
                                    ", which works on it."));
    CHECK(contains(held.output, "1 done, 0 skipped (done before), 0 failed, 1 left to another run."));
    CHECK(fs::exists(lock));

    writeFile(lock, std::string(host) + " " + std::to_string(getpid()) +
                        " 1\n"); // the number of a process that has ended, given again
    CHECK(contains(cohort.run("out", "--prompt liver --again").output, "2 done"));
    CHECK(halfResults(cohort.path() / "out") == 0);
}

TEST_CASE("Ctrl-C leaves no half case, and a full disk stops the batch with a sentence, and a folder of "
          "somebody else is not touched")
{
    const Cohort cohort(3);
    fs::create_directories(cohort.path() / "out" / "s1");
    writeFile(cohort.path() / "out" / "s1" / "mine.txt", "mine");
    RunningProgram running(batchWords(cohort, "out"));
    REQUIRE(becomes([&] { return fs::exists(cohort.path() / "out" / ".s2.part"); }));
    kill(running.process(), SIGINT);
    CHECK(running.wait() == 130);
    CHECK(halfResults(cohort.path() / "out") == 0);
    CHECK(cohort.text("out/s1/mine.txt") == "mine");
    CHECK(contains(cohort.text("out/failed.csv"), "that no batch has written"));

    // No file may grow beyond 1 KiB: what a full disk looks like to the writer.
    const Outcome full =
        cohort.run("full", "--prompt liver", "bash -c 'trap \"\" XFSZ; ulimit -f 1; exec \"$@\"' limited");
    INFO(full.output);
    CHECK(full.code == 5);
    CHECK(contains(full.output, "The results of s1 cannot be written."));
    CHECK(contains(full.output, "the same command goes on where it stopped"));
    CHECK(contains(full.output, "0 done, 0 skipped (done before), 0 failed, 3 not looked at."));
    CHECK(entries(cohort.path() / "full") == 0);

    CHECK(cohort.run("device", "--prompt liver --device cuda:7").code == 2);
    CHECK(cohort.run("words", "--prompt bicycle").code == 6);
    CHECK_FALSE(fs::exists(cohort.path() / "words"));
}

TEST_CASE("where a path holds two patients, output, files and tables say which was taken and that the other "
          "is there")
{
    const Cohort cohort(1);
    hounsfield::Progress silent;
    const auto scan = hounsfield::readScan(cohort.scan(1), std::nullopt, silent);
    hounsfield::writeDicomSeries(*scan.volume, {"Adams^Anna", "A1", "one"}, cohort.path() / "both" / "a");
    hounsfield::writeDicomSeries(*scan.volume, {"Brown^Bob", "B2", "two"}, cohort.path() / "both" / "b");
    writeFile(cohort.list(), "case,scan,series\nbest,both,\nfirst,both,1\nsecond,both,2\n");
    const Outcome outcome = cohort.run("out", "--prompt liver");
    INFO(outcome.output);
    REQUIRE((outcome.code == 0 || outcome.code == 6));
    CHECK(contains(outcome.output, "Note: best: The folder holds scans of 2 patients. This is "));
    const std::string table = cohort.text("out/scans.csv");
    CHECK(table.starts_with("case,scan,series_number,series_key,series_description,study_date,choice\r\n"));
    for (const auto& [name, series] :
         {std::pair("first", "(series 1, "), std::pair("second", "(series 2, ")}) {
        CAPTURE(name);
        fs::path json;
        for (const auto& entry : fs::directory_iterator(cohort.path() / "out" / name))
            if (entry.path().string().ends_with("_measurements.json"))
                json = entry.path();
        const std::string choice = readJson(json)["scan"]["choice"];
        CHECK(contains(choice, series));
        CHECK(contains(choice, "Adams Anna"));
        CHECK(contains(choice, "Brown Bob"));
        CHECK(contains(table, choice));
    }
}
