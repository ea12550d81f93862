// SPDX-License-Identifier: Apache-2.0
#include "inference/Recognition.h"
#include "tests/support/Recognitions.h"
#include "tests/support/catch.h"
#include "volume/Error.h"

#include <cmath>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// Rows along the axes, so that the cosine of an embedding with a row is its own component.
std::vector<TaughtConcept> axes()
{
    return {{"liver", {"liver"}, {padded({1})}},
            {"liver_tumor", {"liver_tumor"}, {padded({0, 1})}},
            {"left_kidney", {"left_kidney"}, {padded({0, 0, 1})}},
            {"kidneys", {"right_kidney", "left_kidney"}, {padded({0, 0, 0, 1})}},
            {"right_kidney", {"right_kidney"}, {padded({0, 0, 0, 0, 1})}},
            {"organs",
             {"liver", "right_kidney", "left_kidney", "spleen", "stomach"},
             {padded({0, 0, 0, 0, 0, 1})}},
            {"other.brain", {}, {padded({0, 0, 0, 0, 0, 0, 1})}}};
}

/// The embedding for which the softmax at this temperature gives these probabilities: its components differ
/// by T ln p, and its length is one.
std::vector<float> embeddingFor(const std::vector<double>& p, double temperature)
{
    std::vector<double> at;
    double sum = 0, squares = 0;
    for (const double one : p) {
        at.push_back(temperature * std::log(one));
        sum += at.back();
        squares += at.back() * at.back();
    }
    // (a + s) has length one for the s that solves n s^2 + 2 sum s + squares = 1.
    const double n = double(p.size()), s = (-sum + std::sqrt(sum * sum - n * (squares - 1))) / n;
    std::vector<float> all(512);
    for (std::size_t i = 0; i < p.size(); ++i)
        all[i] = float(at[i] + s);
    return all;
}

std::string refusal(const RecognitionBytes& bytes)
{
    try {
        Recognition::open(packWith(bytes));
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Model);
        return error.what();
    }
    return "opened";
}

} // namespace

TEST_CASE("the confidence of a recognised text is the softmax of its cosines, and decides between known, "
          "unsure and unknown")
{
    const double t = 0.1;
    const auto recognition = Recognition::open(packWith(writeRecognition(axes(), t, 0.8, 0.5)));
    const std::vector<double> sure{0.02, 0.9, 0.01, 0.01, 0.01, 0.02, 0.03},
        fair{0.3, 0.6, 0.02, 0.02, 0.02, 0.02, 0.02}, poor{0.3, 0.4, 0.06, 0.06, 0.06, 0.06, 0.06},
        other{0.02, 0.3, 0.01, 0.01, 0.01, 0.05, 0.6};
    const Recognised known = recognition->read(embeddingFor(sure, t));
    CHECK(known.kind == Recognised::Kind::Known);
    CHECK(known.classIds == std::vector<int>{27});
    CHECK(known.concept_ == "liver_tumor");
    CHECK(known.confidence == Approx(0.9).margin(1e-5));
    const Recognised unsure = recognition->read(embeddingFor(fair, t));
    CHECK(unsure.kind == Recognised::Kind::Unsure);
    CHECK(unsure.classIds == std::vector<int>{27});
    CHECK(unsure.confidence == Approx(0.6).margin(1e-5));
    REQUIRE(unsure.nearest.size() == 5);
    CHECK(unsure.nearest[0].name == "Liver");
    CHECK(unsure.nearest[0].probability == Approx(0.3).margin(1e-5));
    const Recognised unknown = recognition->read(embeddingFor(poor, t));
    CHECK(unknown.kind == Recognised::Kind::Unknown);
    CHECK(unknown.classIds.empty());
    REQUIRE(unknown.nearest.size() == 6);
    CHECK(unknown.nearest[0].name == "Liver Tumor");
    const Recognised none = recognition->read(embeddingFor(other, t));
    CHECK(none.kind == Recognised::Kind::Unknown);
    CHECK(none.concept_ == "other.brain");
    CHECK(none.confidence == Approx(0.6).margin(1e-5));
    // The length of an embedding says nothing.
    std::vector<float> longer = embeddingFor(sure, t);
    for (float& value : longer)
        value *= 7;
    CHECK(recognition->read(longer).confidence == Approx(0.9).margin(1e-5));
    longer[3] = NAN;
    CHECK_THROWS_AS(recognition->read(longer), Error);
    CHECK_THROWS_AS(recognition->read({1, 2, 3}), Error);
}

TEST_CASE("what is surely a kidney is a kidney: probabilities of nested concepts count together, and those "
          "of all organs do not")
{
    const double t = 0.1;
    const auto recognition = Recognition::open(packWith(writeRecognition(axes(), t, 0.8, 0.5)));
    // Left or both: both, which has the left one in it.
    const Recognised both = recognition->read(embeddingFor({0.02, 0.02, 0.5, 0.38, 0.02, 0.02, 0.04}, t));
    CHECK(both.kind == Recognised::Kind::Known);
    CHECK(both.classIds == std::vector<int>{2, 3});
    CHECK(both.concept_ == "kidneys");
    CHECK(both.confidence == Approx(0.9).margin(1e-5));
    const Recognised sides = recognition->read(embeddingFor({0.02, 0.02, 0.45, 0.02, 0.43, 0.02, 0.04}, t));
    CHECK(sides.concept_ == "kidneys");
    CHECK(sides.confidence == Approx(0.9).margin(1e-5));
    const Recognised left = recognition->read(embeddingFor({0.02, 0.02, 0.85, 0.05, 0.02, 0.02, 0.02}, t));
    CHECK(left.concept_ == "left_kidney");
    CHECK(left.classIds == std::vector<int>{3});
    // Liver or kidney is no reason to find every organ.
    CHECK(recognition->read(embeddingFor({0.45, 0.02, 0.43, 0.02, 0.02, 0.02, 0.04}, t)).kind ==
          Recognised::Kind::Unknown);
}

TEST_CASE("a concept of several rows is as near as its nearest row")
{
    std::vector<TaughtConcept> concepts{{"liver", {"liver"}, {padded({1}), padded({0, 1})}},
                                        {"spleen", {"spleen"}, {padded({0, 0, 1})}}};
    const auto recognition = Recognition::open(packWith(writeRecognition(concepts, 0.5, 0.6, 0.4)));
    for (const auto& axis : {padded({1}), padded({0, 1})}) {
        const Recognised read = recognition->read(axis);
        CHECK(read.classIds == std::vector<int>{6});
        CHECK(read.confidence == Approx(1 / (1 + std::exp(-2.0))).margin(1e-6));
    }
    CHECK(recognition->read(padded({0, 0, 1})).classIds == std::vector<int>{1});
    // One row each needs no owners.
    concepts[0].rows.pop_back();
    CHECK(Recognition::open(packWith(writeRecognition(concepts, 0.5, 0.6, 0.4, false)))
              ->read(padded({0, 0, 1}))
              .classIds == std::vector<int>{1});
}

TEST_CASE("a concept of classes that a model was trained without is none of its classes")
{
    ModelPack pack = packWith(writeRecognition(axes(), 0.1, 0.8, 0.5));
    std::erase_if(pack.classes, [](const ModelClass& known) { return known.id == 3 || known.id == 27; });
    const auto recognition = Recognition::open(pack);
    CHECK(recognition->read(padded({0, 1})).kind == Recognised::Kind::Unknown);
    CHECK(recognition->read(padded({0, 0, 0, 1})).classIds == std::vector<int>{2});
}

TEST_CASE("a pack without recognition has none, and one whose recognition is missing or malformed is refused "
          "with what to do")
{
    ModelPack pack = packWith(writeRecognition(axes(), 0.1, 0.8, 0.5));
    pack.textEncoder->recognitionFile.clear();
    CHECK_FALSE(Recognition::open(pack));
    pack.textEncoder.reset();
    CHECK_FALSE(Recognition::open(pack));
    const RecognitionBytes good = writeRecognition(axes(), 0.1, 0.8, 0.5);
    CHECK(refusal(good) == "opened");
    CHECK(refusal({good.description, ""}).find("lacks its file recognition.safetensors") !=
          std::string::npos);
    CHECK(refusal({good.description, "damaged"}) != "opened");
    CHECK(refusal({good.description, good.rows.substr(0, good.rows.size() - 40)}) != "opened");
    for (const std::string text :
         {"", "[]", "{}", R"({"temperature":0.1,"accept":"high","unsure":0,"concepts":[]})",
          R"({"temperature":0.1,"accept":0.8,"unsure":0.5,"concepts":[{"name":"liver"}]})"})
        CHECK(refusal({text, good.rows}).find("Install it again") != std::string::npos);
    CHECK(refusal(writeRecognition(axes(), 0, 0.8, 0.5)).find("temperature") != std::string::npos);
    CHECK(refusal(writeRecognition(axes(), 0.1, 1.5, 0.5)).find("accept") != std::string::npos);
    CHECK(refusal(writeRecognition(axes(), 0.1, 0.5, 0.8)).find("unsure") != std::string::npos);
    auto concepts = axes();
    concepts[0].classes = {"lever"};
    CHECK(refusal(writeRecognition(concepts, 0.1, 0.8, 0.5)).find("\"lever\"") != std::string::npos);
    concepts = axes();
    concepts[2].rows.clear();
    CHECK(refusal(writeRecognition(concepts, 0.1, 0.8, 0.5)) != "opened");
    concepts = axes();
    concepts[2].rows.push_back(padded({1}));
    CHECK(refusal(writeRecognition(concepts, 0.1, 0.8, 0.5, false)).find("whose its rows are") !=
          std::string::npos);
    concepts[2].rows.back()[7] = NAN;
    CHECK(refusal(writeRecognition(concepts, 0.1, 0.8, 0.5)) != "opened");
}
