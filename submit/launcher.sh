# shellcheck shell=bash
# Common to all launchers, which source it, set what they differ in, and call `launch "$@"`:
#   launcher         name for messages
#   default_master   Spark's master unless --master says otherwise
#   where            one sentence for --help
#   examples         lines for --help
# It ends by becoming the JVM, so that signals and the exit status are the program's own. What only launchers for
# clusters need is in cluster.sh.

home="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"

# Sets where the program is and which Spark it is for: in a release the one that it brings; in a source tree that of
# SPARK_HOME, or else of what SPARK_RNN_SPARK says.
choose_build() {
  local core
  target=$home/target scala=2.12 spark_core=''
  for core in "${SPARK_HOME:-}"/jars/spark-core_*.jar; do
    [[ ! -e $core ]] || spark_core=$core
  done
  released=false
  if [[ -d $home/jars ]]; then
    released=true target=$home/jars
    for core in "$target"/spark/jars/spark-core_2.13-*.jar; do
      [[ ! -e $core ]] || scala=2.13
    done
  elif [[ $spark_core == */spark-core_2.13-4.[23].* || (-z $spark_core && ${SPARK_RNN_SPARK:-} == 4*) ]]; then
    target=$home/target/spark-4 scala=2.13
  fi
  application=$target/spark-rnn.jar
}
choose_build

# Options of the launcher that have a value; cluster.sh has more of them.
with_value=' --master --driver-memory --spark-conf '
more_options=''
own_option() { false; }

# The vector kernels; without it the portable ones run, with the same result.
vector_module=--add-modules=jdk.incubator.vector

# What bin/spark-submit adds to the JVM: org.apache.spark.launcher.JavaModuleOptions, word for word.
module_options=(
  -XX:+IgnoreUnrecognizedVMOptions
  --add-opens=java.base/java.lang=ALL-UNNAMED
  --add-opens=java.base/java.lang.invoke=ALL-UNNAMED
  --add-opens=java.base/java.lang.reflect=ALL-UNNAMED
  --add-opens=java.base/java.io=ALL-UNNAMED
  --add-opens=java.base/java.net=ALL-UNNAMED
  --add-opens=java.base/java.nio=ALL-UNNAMED
  --add-opens=java.base/java.util=ALL-UNNAMED
  --add-opens=java.base/java.util.concurrent=ALL-UNNAMED
  --add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED
  --add-opens=java.base/jdk.internal.ref=ALL-UNNAMED
  --add-opens=java.base/sun.nio.ch=ALL-UNNAMED
  --add-opens=java.base/sun.nio.cs=ALL-UNNAMED
  --add-opens=java.base/sun.security.action=ALL-UNNAMED
  --add-opens=java.base/sun.util.calendar=ALL-UNNAMED
  --add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED
  -Djdk.reflect.useDirectMethodHandle=false
)
if [[ $scala == 2.13 ]]; then
  # Spark 4's. It has the vector kernels by itself.
  module_options=("${module_options[0]}" "$vector_module" "${module_options[@]:1:15}"
    -Dio.netty.tryReflectionSetAccessible=true
    -Dio.netty.allocator.type=pooled
    -Dio.netty.handler.ssl.defaultEndpointVerificationAlgorithm=NONE
    --sun-misc-unsafe-memory-access=allow
    --enable-native-access=ALL-UNNAMED
  )
fi

# shellcheck disable=SC2154 # The programs that source this set them.
usage() {
  cat <<EOF
Usage: $launcher [OPTION]... [COMMAND] [ARGUMENT]... [-- SPARK-SUBMIT-OPTION...]

$where

Commands, each with its own --help:
  train      train a model, evaluate it, write a run directory (the default)
  retrain    train unattended, compare with the current version of a registry, add the model there
  models     list, show, promote, roll back and prune the versions in a registry
  evaluate   evaluate a trained model
  predict    predict classes and probabilities of many samples
  report     write a page of HTML about a run, or about several over each other
  status     print how the run of a run directory stands, and end with its exit code
  inspect    show a model's parameters and what becomes of a batch in it
  export     write a model as safetensors (PyTorch), ONNX or DL4J's zip
  import     read a model of PyTorch (safetensors) or DL4J (zip)

Options of the launcher; everything else goes to the command:
  --master URL           Spark's master [${default_master:-none}]
  --driver-memory SIZE   memory of the driver's JVM [4g]
  --spark-conf K=V       a property of Spark; may be repeated
$more_options  --print                print what would be executed, and stop
  --help                 print this, and stop (before a command)

Runs the Spark in \$SPARK_HOME, or without one the Spark that a release brings or Maven lays under target/.
In a source tree, builds the program with Maven when it is missing or older than its sources.
Spark's own messages go to a new file under ./runs/logs/.

Examples:
$examples
EOF
}

fail() {
  printf '%s: %s\n' "$launcher" "$2" >&2
  exit "$1"
}

# Sets the options of the launcher, of the program and of spark-submit from the command line.
parse() {
  master=$default_master explicit_master='' driver_memory=4g print_only=false
  program=() spark_options=() threads=''
  printf -v again '%q' "$0"
  while (($# > 0)); do
    if [[ $with_value == *" $1 "* ]]; then
      (($# > 1)) || fail 64 "Cannot read the command line: expected a value after $1, found none"
      set -- "$1=$2" "${@:3}"
    fi
    case $1 in
      --master=*) master=${1#*=} explicit_master=$master ;;
      --driver-memory=*) driver_memory=${1#*=} ;;
      --spark-conf=*) spark_options+=(--conf "${1#*=}") ;;
      --threads-per-worker=*) threads=${1#*=} && program+=("$1") ;;
      --threads-per-worker) threads=${2:-} && program+=("$1") ;; # Its value comes next.
      --print) print_only=true ;;
      --)
        spark_options+=("${@:2}")
        break
        ;;
      *)
        if [[ $1 == --help || $1 == -h ]] && ((${#program[@]} == 0)); then
          usage
          exit 0
        fi
        own_option "$1" || program+=("$1")
        ;;
    esac
    shift
  done
  if ((${#program[@]} == 0)) || [[ ${program[0]} == -* && ${program[0]} != --version ]]; then
    program=(train ${program[@]+"${program[@]}"})
  fi
  # Over what a configuration file says.
  if [[ -n $explicit_master && ${program[0]} =~ ^(train|retrain|evaluate|predict)$ ]]; then
    program+=("--master=$explicit_master")
  fi
}

require_java_17() {
  local found release
  # Beside the JDK's bin directory; asking the JVM itself takes as long as starting one.
  release=$(dirname "$(readlink -f "$(command -v "$java")")")/../release
  found=$(sed -n 's/^JAVA_VERSION="\(17\)[".].*/\1/p' "$release" 2>/dev/null) || true
  [[ $found == 17 ]] || found=$("$java" -XshowSettings:properties -version 2>&1 |
    sed -n 's/^ *java\.specification\.version = //p') || true
  [[ $found == 17 ]] ||
    fail 69 "Cannot start: expected Java 17 (JAVA_HOME or java on the PATH), found ${found:+Java }${found:-none} at $java"
}

build_what_is_missing() {
  local jar=$target/spark-rnn.jar stamp=$target/spark-rnn.built profile=()
  [[ $released == false ]] || return 0
  [[ $scala == 2.12 ]] || profile=(-Pspark-4)
  if [[ -f $stamp && -f $jar && -f $target/spark-rnn-dl4j.jar && (-n ${SPARK_HOME:-} || -d $target/spark/jars) && -d $target/hadoop/jars ]] &&
    [[ -z $(find "$home/pom.xml" "$home"/src/{main,spark-3.5,spark-4} "$home/conf/spark-rnn.conf" -newer "$stamp" -print -quit) ]]; then
    return
  fi
  command -v mvn >/dev/null || fail 69 "Cannot build $jar: expected Maven (mvn) on the PATH, found none"
  { rm -f "$stamp" && [[ ! -e $target || -w $target ]]; } 2>/dev/null ||
    fail 69 "Cannot build $jar, which is missing or older than its sources: expected a directory that $(id -un) may change, found $target"
  echo "Building spark-rnn with Maven; the first time this takes a few minutes." >&2
  (cd "$home" && mvn -q -B -Dstyle.color=never -Dmaven.test.skip=true -Dspotless.check.skip=true ${profile[@]+"${profile[@]}"} package) >&2 ||
    fail 69 "Cannot build $jar: Maven failed, see above"
}

# Archives the classes that a short run loads, so that the JVM need not find, parse and verify them in 170 jars at every
# start. It ignores an archive that does not fit its version or class path, but not one that is cut off: hence the rename.
share_classes() {
  local work
  [[ -z ${SPARK_HOME:-} && ! $classes -nt $target/spark/jars && -w $target ]] || return 0
  echo "Preparing for faster starts; this takes some seconds, once." >&2
  work=$(mktemp -d "$target/classes.XXXXXX") || return 0
  if (
    cd "$work"
    env SPARK_LOCAL_IP=127.0.0.1 "${bundled[@]}" "$java" "${module_options[@]}" "$vector_module" \
      "-XX:ArchiveClassesAtExit=$work/classes.jsa" "$logging" "-Dspark-rnn.log=$work/log" \
      -cp "$target/spark/jars/*" org.apache.spark.deploy.SparkSubmit --class io.sparkrnn.cli.Main --master 'local[1]' \
      "$application" train --hidden 1 --epochs 1 --validation 59000 --run-dir run
  ) >"$work/out" 2>&1 </dev/null; then
    mv -f "$work/classes.jsa" "$classes" || true
  else
    : >"$classes" # Is ignored, too, and not tried again.
  fi
  rm -rf "$work"
}

# Sets where things are.
locate() {
  # In the locale C a JVM has no path with a letter beyond ASCII.
  [[ $(locale charmap 2>/dev/null) != ANSI_X3.4-1968 ]] || export LC_ALL=C.UTF-8
  java=java
  [[ -z ${JAVA_HOME:-} ]] || java=$JAVA_HOME/bin/java
  local logs=$PWD/runs/logs
  [[ -w $PWD ]] || logs=${TMPDIR:-/tmp}
  stem=$(date -u +%Y%m%dT%H%M%SZ)-$$
  log=$logs/$stem.log
  local escaped=$home letter code
  for letter in % ' ' '"' '#' '<' '>' '?' '[' '\' ']' '^' '`' '{' '|' '}'; do
    printf -v code '%%%02X' "'$letter"
    escaped=${escaped//"$letter"/$code}
  done
  logging="-Dlog4j2.configurationFile=file:$escaped/conf/log4j2.properties"
  # Which Spark reads as a URI where it can.
  [[ $home != *[%#]* ]] || application=file:$escaped${target#"$home"}/spark-rnn.jar
  classes=$target/spark-rnn.jsa
  class_path="$target/spark/jars/*"
  bundled=("SPARK_HOME=$target/spark" "SPARK_SCALA_VERSION=$scala")
}

# Sets what makes this process the driver, up to the options of spark-submit.
start_driver_here() {
  if [[ -n ${SPARK_HOME:-} ]]; then
    command=("$SPARK_HOME/bin/spark-submit" --driver-memory "$driver_memory"
      --driver-java-options "$vector_module \"$logging\" \"-Dspark-rnn.log=$log\"")
  else
    environment+=("${bundled[@]}")
    command=("$java" "${module_options[@]}" "$vector_module" "-Xmx$driver_memory" "$logging" "-Dspark-rnn.log=$log"
      "-XX:SharedArchiveFile=$classes" -Xlog:cds=off -Xlog:cds+dynamic=off
      -cp "$class_path" org.apache.spark.deploy.SparkSubmit)
  fi
}

# Adds what is to be run, and with which properties.
add_application() {
  # A core for each thread of a task. Where a file says how many there are, the program sees to it.
  if [[ ${program[0]} =~ ^(train|retrain)$ && $threads =~ ^[1-9][0-9]*$ ]]; then
    spark_options=(--conf "spark.task.cpus=$threads" ${spark_options[@]+"${spark_options[@]}"})
  fi
  # In the driver the program finds DL4J's jar beside its own. Only DL4J's own engine needs it in executors, too, to which
  # Spark would copy 130 MB.
  if [[ $master != local && $master != 'local['* && " ${program[*]} " =~ ' --engine'[\ =]'dl4j ' ]]; then
    spark_options=(--jars "$target/spark-rnn-dl4j.jar" ${spark_options[@]+"${spark_options[@]}"})
  fi
  command+=(--class io.sparkrnn.cli.Main --master "$master"
    --properties-file "$home/conf/spark-defaults.conf"
    ${spark_options[@]+"${spark_options[@]}"}
    "$application" "${program[@]}")
  if ((${#environment[@]} > 0)); then
    command=(env "${environment[@]}" "${command[@]}")
  fi
}

require_spark_home() {
  [[ -z ${SPARK_HOME:-} || -x $SPARK_HOME/bin/spark-submit ]] ||
    fail 64 "Cannot start Spark: expected $SPARK_HOME/bin/spark-submit, as SPARK_HOME says, found none"
  local ours='Spark 3.5.x for Scala 2.12' pin=3.5
  case $spark_core:$scala in
    :* | */spark-core_2.12-3.5.*:2.12 | */spark-core_2.13-4.[23].*:2.13) return ;;
  esac
  if [[ $released == false ]]; then
    ours+=' or 4.2.x or 4.3.x for Scala 2.13'
  elif [[ $scala == 2.13 ]]; then
    ours='Spark 4.2.x or 4.3.x for Scala 2.13' pin=4.2
  fi
  fail 69 "Cannot start Spark: expected $ours (SPARK_HOME), found $spark_core; pip install 'pyspark==$pin.*' gives one"
}

launch() {
  parse "$@"
  locate
  environment=()
  if [[ $master == local* && -z ${SPARK_LOCAL_IP:-} ]]; then
    environment+=(SPARK_LOCAL_IP=127.0.0.1)
  fi
  start_driver_here
  add_application

  if [[ $print_only == true ]]; then
    print_command "${command[@]}"
    return
  fi
  require_spark_home
  require_java_17
  build_what_is_missing
  share_classes
  become_driver
}

become_driver() {
  # How the commands begin that the program says to try next.
  export SPARK_RNN_LAUNCHER=$again
  # The program shows a bar where somebody sees it who has not asked for plain text.
  unset SPARK_RNN_COLUMNS
  if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    { SPARK_RNN_COLUMNS=$(stty size <&3 2>/dev/null); } 3>&1 || true
    SPARK_RNN_COLUMNS=${SPARK_RNN_COLUMNS#* }
    [[ $SPARK_RNN_COLUMNS =~ ^[1-9] ]] || SPARK_RNN_COLUMNS=80
    export SPARK_RNN_COLUMNS
  fi
  # The JVM announces the module on every start.
  exec "${command[@]}" 2> >(
    trap '' TERM INT HUP # Or what the program says last would be lost when a whole process group is stopped.
    filter=(grep -a --line-buffered -v '^WARNING: Using incubator modules: jdk.incubator.vector$')
    [[ -t 2 && -n ${SPARK_RNN_COLUMNS:-} ]] || exec "${filter[@]}" >&2
    # Takes the place of the bar, which is drawn again below.
    "${filter[@]}" | while IFS= read -r line; do
      printf '\r\033[K%s\n' "$line"
    done >&2
  )
}

# Quoted for a shell, an option a line.
print_command() {
  printf '%q' "$1"
  shift
  local word
  for word in "$@"; do
    if [[ $word == -* || $word == "$application" ]]; then
      printf ' \\\n   '
    fi
    printf ' %q' "$word"
  done
  echo
}
