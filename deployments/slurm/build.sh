#!/bin/bash
# A Dask cluster and a build in one SLURM job, which share nothing but the bucket:
#     sbatch deployments/slurm/build.sh REQUEST.yaml
# Before: PREFECT_API_URL of a server that all nodes reach, the environment of ecgfactory active, and what the store needs
# (AWS_PROFILE, say) set; sbatch hands the environment on. A job that is stopped, requeued or submitted again goes on.
#SBATCH --job-name=ecgfactory
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=16
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=4G
#SBATCH --time=08:00:00
#SBATCH --signal=B:TERM@120
#SBATCH --requeue
set -euo pipefail

request=${1:?give a request: sbatch deployments/slurm/build.sh REQUEST.yaml}
: "${PREFECT_API_URL:?set it to the address of a Prefect server that all nodes reach}"
address=tcp://$SLURMD_NODENAME:$((20000 + SLURM_JOB_ID % 10000))

export TMPDIR=${SLURM_TMPDIR:-${TMPDIR:-/tmp}}     # a disk of the node
export OMP_NUM_THREADS=1 MALLOC_TRIM_THRESHOLD_=536870912 MALLOC_MMAP_THRESHOLD_=536870912
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1
export DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED=False CUDA_VISIBLE_DEVICES=

end_cluster() {
    set +e     # the job ends as the build did
    kill "$workers" && wait "$workers"
    kill "$scheduler" && wait "$scheduler"
} 2>/dev/null

dask scheduler --host "$address" --no-dashboard &
scheduler=$!
srun --kill-on-bad-exit=0 dask worker "$address" --nthreads 1 --resources CPU=1 \
    --memory-limit "$((SLURM_MEM_PER_CPU * 85 / 100))MiB" --local-directory "$TMPDIR" --death-timeout 120 --no-dashboard &
workers=$!
trap end_cluster EXIT

# A build waits ten seconds for its first workers; others may come later.
python -c 'import sys, distributed; distributed.Client(sys.argv[1], timeout=120).wait_for_workers(1, 300)' "$address"

ecgfactory build "$request" --set "workers.scheduler=$address" &
build=$!
trap 'kill -TERM "$build"' TERM     # two minutes before the job's time is over: the build stops in order
while kill -0 "$build" 2>/dev/null; do wait "$build" && code=0 || code=$?; done
exit "$code"
