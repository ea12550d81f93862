// SPDX-License-Identifier: Apache-2.0
#include "viewer/Task.h"
#include "tests/app/Helpers.h"
#include "tests/support/catch.h"

#include <QSignalSpy>

using namespace hounsfield;
using namespace hounsfield::test;

TEST_CASE("the newest of several jobs wins, the others leave nothing behind")
{
    application();
    Task task;
    std::vector<int> done;
    QSignalSpy finished(&task, &Task::finished), stopped(&task, &Task::stopped);
    for (int n = 0; n < 5; ++n)
        task.start([n, &done](Progress& progress) -> Task::Then {
            for (int i = 0; i < 20; ++i) {
                progress.check();
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }
            return [n, &done] { done.push_back(n); };
        });
    REQUIRE(waitFor([&] { return !task.busy(); }));
    CHECK(done == std::vector<int>{4});
    CHECK(finished.count() == 1);
    CHECK(stopped.count() == 0);
}

TEST_CASE("hundreds of tasks are made and gone without a slip")
{
    application();
    for (int n = 0; n < 300; ++n) {
        Task task;
        if (n % 2)
            task.start([](Progress&) -> Task::Then { return {}; });
    }
    SUCCEED();
}

TEST_CASE("a job that is stopped, fails or runs out of memory says so in words, and the next one runs")
{
    application();
    Task task;
    QSignalSpy stopped(&task, &Task::stopped), failed(&task, &Task::failed), finished(&task, &Task::finished);
    task.start([](Progress& progress) -> Task::Then {
        for (;;)
            progress.check();
    });
    task.stop();
    REQUIRE(waitFor([&] { return stopped.count() == 1; }));
    task.start(
        [](Progress&) -> Task::Then { throw Error(ErrorKind::Scan, "It is cut off. Copy it again."); });
    REQUIRE(waitFor([&] { return failed.count() == 1; }));
    CHECK(failed[0][0].toString() == "It is cut off. Copy it again.");
    task.start([](Progress&) -> Task::Then { throw std::bad_alloc(); });
    REQUIRE(waitFor([&] { return failed.count() == 2; }));
    CHECK(failed[1][0].toString().contains("memory"));
    task.start([](Progress&) -> Task::Then { return {}; });
    REQUIRE(waitFor([&] { return finished.count() == 1; }));
}

TEST_CASE("a task that is destroyed in the middle of its work stops it and waits")
{
    application();
    std::atomic<bool> left{false};
    {
        Task task;
        std::atomic<bool> running{false};
        task.start([&](Progress& progress) -> Task::Then {
            struct Leave {
                std::atomic<bool>& left;
                ~Leave() { left = true; }
            } leave{left};
            running = true;
            for (;;)
                progress.check();
        });
        REQUIRE(waitFor([&] { return running.load(); }));
    }
    CHECK(left);
}
