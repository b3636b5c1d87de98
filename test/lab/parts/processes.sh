# Processes that outlive the script that started them, found again by id and start time.

# A process id alone may have been given to somebody else since (a reboot, a long uptime), and PID 1 may reap late:
# so the start time is compared too, and a zombie counts as gone.
start_time() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }

pid_of() { cut -d ' ' -f 1 "$RUN/$1" 2>/dev/null || true; }

running() {
  local pid started
  read -r pid started 2>/dev/null <"$RUN/$1" || return 1
  [ "$(start_time "$pid")" = "$started" ] && ! grep -q '^State:.*Z' "/proc/$pid/status" 2>/dev/null
}

# spawn NAME COMMAND...: in the background, its output in the log folder, nothing inherited (9 is up.sh's lock).
spawn() {
  local name=$1
  shift
  setsid "$@" >>"$LOG/$name.out" 2>&1 </dev/null 9>&- &
  echo "$! $(start_time $!)" >"$RUN/$name"
}

# halt NAME SIGNAL SECONDS: asks, waits, and then does not ask any more. A frozen process hears nothing but KILL: thaw it.
halt() {
  local name=$1 signal=$2 seconds=$3 pid
  if running "$name"; then
    pid=$(pid_of "$name")
    kill "-$signal" "$pid"
    kill -CONT "$pid"
    wait_for "$seconds" gone "$name" || kill -KILL "$pid"
  fi
  rm -f "$RUN/$name"
}
gone() { ! running "$1"; }

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -le "$end" ] || return 1
    sleep 0.03
  done
}

fail() {
  printf 'lab: %s\n' "$*" >&2
  exit 1
}

started_at=$(date +%s%N)
step() {
  local ms=$((($(date +%s%N) - started_at) / 1000000))
  printf '%4d.%02ds  %s\n' $((ms / 1000)) $((ms % 1000 / 10)) "$*"
}
