// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Slips.h"

#include "inference/internal/Words.h"

#include <algorithm>

namespace hounsfield {

int editDistance(const std::string& a, const std::string& b, int most)
{
    const int lengths = std::abs(int(a.size()) - int(b.size()));
    if (lengths > most)
        return most + 1;
    std::vector<int> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = int(j);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = int(i);
        int least = row[0];
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
            least = std::min(least, row[j]);
        }
        if (least > most + 1) // a swap reaches back two rows
            return most + 1;
        std::swap(before, last);
        std::swap(last, row);
    }
    return std::min(last[b.size()], most + (most < 1 << 20));
}

bool isSlip(const std::string& typed, const std::string& known)
{
    const std::size_t shorter = std::min(typed.size(), known.size());
    const std::size_t longer = std::max(typed.size(), known.size());
    if (shorter < 5 || longer - shorter > 2 || longer > 64)
        return false;
    const int most = shorter >= 7 ? 2 : 1;
    return editDistance(typed, known, most) <= most;
}

/// Letters only, 0 (equal) to 1 (nothing in common).
static double lettersApart(const std::string& a, const std::string& b)
{
    const std::string first = a.substr(0, 48), second = b.substr(0, 48);
    return double(editDistance(first, second)) /
           double(std::max<std::size_t>(1, std::max(first.size(), second.size())));
}

double unlikeness(const std::vector<std::string>& typed, const std::vector<std::string>& known)
{
    double best = lettersApart(joinWords(typed), joinWords(known));
    int shared = 0;
    for (const std::string& word : typed)
        if (word.size() > 2 && std::find(known.begin(), known.end(), word) != known.end())
            ++shared;
        else
            for (const std::string& other : known)
                if (word.size() > 4)
                    best = std::min(best, 0.25 + lettersApart(word, other));
    return best - 0.6 * shared / double(std::max<std::size_t>(1, std::max(typed.size(), known.size())));
}

} // namespace hounsfield
