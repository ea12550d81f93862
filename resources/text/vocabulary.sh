#!/bin/sh
# Makes the vocabulary of the text encoder from the corpus beside this script, and from nothing else. The same corpus gives the same bytes.
# Needs spm_train (Debian: sentencepiece).   usage: resources/text/vocabulary.sh OUT/vocabulary.model [PIECES]
set -eu
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?"usage: vocabulary.sh OUT/vocabulary.model [PIECES]"}
pieces=${2:-5000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The second column; the hole of a template is no word. The prompt template of the packs is read in every language.
cat "$here"/*.tsv | grep -v '^#' | cut -f2 | sed 's/{}/ /' > "$work/phrases.txt"
echo "A computerized tomography of a" >> "$work/phrases.txt"
# The names inside the model file are the ones given here: relative ones, so that no folder of this machine is in it.
(cd "$work" && spm_train --input=phrases.txt --model_prefix=vocabulary --model_type=unigram --vocab_size="$pieces" --hard_vocab_limit=false \
    --character_coverage=1.0 --normalization_rule_name=nmt_nfkc_cf --byte_fallback=false --unk_id=0 --bos_id=1 --eos_id=2 --pad_id=-1 \
    --num_threads=1 --random_seed=1 --minloglevel=1)
mkdir -p "$(dirname "$out")"
mv "$work/vocabulary.model" "$out.part"
mv "$out.part" "$out"
