#!/usr/bin/env bash
# A cohort as a Slurm job array: every task takes one shard of the list (docs/batch.md).
#
#   export LIST=/data/cohort.csv OUT=/data/results PROMPT="liver, both kidneys and spleen"
#   job=$(sbatch --parsable --array=1-8 examples/slurm/array.sh)
#   sbatch --dependency=afterany:$job --export=ALL,COLLECT=1 --output=hounsfield_%j.log examples/slurm/array.sh
#
# The first line starts 8 tasks, the second makes the tables of all once they have ended. Start the array again after a failure, a time
# limit or a killed node: what is done is skipped. LIST, OUT and the program must be on a disk that every node sees.

#SBATCH --job-name=hounsfield
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=12:00:00
#SBATCH --output=hounsfield_%A_%a.log
# A task that is about to be stopped gets two minutes to give its scan up; the batch alone hears it, because of the exec below.
#SBATCH --signal=B:TERM@120
# A graphics card for each task, where there are some:
##SBATCH --gres=gpu:1

set -euo pipefail
: "${LIST:?Say which list of scans, for example export LIST=/data/cohort.csv}"
: "${OUT:?Say where the results go, for example export OUT=/data/results}"
program=${HOUNSFIELD:-hounsfield-cli}

if [ -n "${COLLECT:-}" ]; then
  exec "$program" batch "$LIST" --out "$OUT" --collect
fi
: "${PROMPT:?Say what to find, for example export PROMPT=\"liver, both kidneys and spleen\"}"
# How many tasks share the list: the array's own count. --array must therefore begin at 1 and leave no number out; to start single
# tasks again, give the first count: SHARDS=8 with --array=3,5.
shards=${SHARDS:-${SLURM_ARRAY_TASK_COUNT:?This script runs as a job array: sbatch --array=1-8}}
# One precision for all: `auto` measures on each node, and nodes may differ.
exec "$program" batch "$LIST" --out "$OUT" --prompt "$PROMPT" --shard "$SLURM_ARRAY_TASK_ID/$shards" \
  --threads "${SLURM_CPUS_PER_TASK:-0}" --precision "${PRECISION:-fp32}"
