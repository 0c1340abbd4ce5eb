# shellcheck shell=bash
# What the launchers for clusters have in common, beside launcher.sh, which comes first. They set also:
#   cluster               standalone, yarn or kubernetes
#   default_deploy_mode   where the driver runs unless --deploy-mode says otherwise
# and call `launch_on_cluster "$@"`. In deploy mode client it ends by becoming the driver; in deploy mode cluster it waits
# for the driver's end and takes its exit code from the run directory, since not every cluster passes it on.

with_value+='--deploy-mode --executors --executor-cores --memory --principal --keytab --jar --image '
more_options="  --deploy-mode MODE     client: the driver is this process; cluster: the cluster runs it [\$default_deploy_mode]
  --executors N          executors [2]
  --executor-cores N     cores of each [threads of a worker]
  --memory SIZE          all that an executor takes of its machine or container: the launcher divides it into heap and
                         overhead (Netty's buffers, metaspace, code cache, stacks: 10%, 384m at least) [2g]
                         --driver-memory is the driver's heap; in deploy mode cluster its overhead comes on top
  --principal P, --keytab FILE   for Kerberos, passed to spark-submit
  --jar URI              in deploy mode cluster: where the driver's machine finds spark-rnn.jar
"

deploy_mode='' executors=2 executor_cores='' memory=2g jar='' image=''

own_option() {
  case $1 in
    --deploy-mode=*) deploy_mode=${1#*=} ;;
    --executors=*) executors=${1#*=} ;;
    --executor-cores=*) executor_cores=${1#*=} ;;
    --memory=*) memory=${1#*=} ;;
    --principal=* | --keytab=*) spark_options+=("${1%%=*}" "${1#*=}") ;;
    --jar=*) jar=${1#*=} ;;
    --image=*) image=${1#*=} ;;
    *) return 1 ;;
  esac
}

# The MiB of a size such as 4g or 4096m.
mebibytes() {
  [[ $1 =~ ^([1-9][0-9]{0,8})([mMgG])[bB]?$ ]] || return 1
  local number=${BASH_REMATCH[1]}
  case ${BASH_REMATCH[2]} in
    [gG]) echo $((number * 1024)) ;;
    *) echo "$number" ;;
  esac
}

# A tenth, and never less than what Spark takes.
overhead_of() {
  local tenth=$((($1 + 9) / 10))
  echo $((tenth > 384 ? tenth : 384))
}

divide_memory() {
  local whole overhead heap
  if ! whole=$(mebibytes "$memory") || ((whole < 896)); then
    fail 64 "Cannot divide the memory of an executor: expected --memory of at least 896m, such as 4096m or 4g, found $memory"
  fi
  overhead=$(overhead_of "$whole")
  properties+=("spark.executor.memory=$((whole - overhead))m" "spark.executor.memoryOverhead=${overhead}m")
  say memory "$whole MiB an executor: $((whole - overhead)) MiB heap, $overhead MiB overhead; no native libraries"
  if ! heap=$(mebibytes "$driver_memory") || ((heap < 512)); then
    fail 64 "Cannot size the driver: expected --driver-memory of at least 512m, such as 4096m or 4g, found $driver_memory"
  fi
  if [[ $deploy_mode == cluster ]]; then
    overhead=$(overhead_of "$heap")
    properties+=("spark.driver.memory=${heap}m" "spark.driver.memoryOverhead=${overhead}m")
    say memory "$((heap + overhead)) MiB the driver: $heap MiB heap, $overhead MiB overhead"
  fi
}

say() {
  printf '%-10s%s\n' "$1" "$2" >&2
}

require_number() {
  [[ $2 =~ ^[1-9][0-9]{0,5}$ ]] || fail 64 "Cannot read the command line: expected a whole number of at least 1 for $1, found $2"
}

# Of this launcher's own options, all that can be said before anything is looked for.
require_options() {
  local expected
  [[ $deploy_mode == client || $deploy_mode == cluster ]] ||
    fail 64 "Cannot read the command line: expected client or cluster for --deploy-mode, found $deploy_mode"
  case $cluster in
    standalone) expected=spark://HOST:7077 ;;
    yarn) expected=yarn ;;
    kubernetes) expected=k8s://https://HOST:6443 ;;
  esac
  case $cluster:$master in
    standalone:spark://?* | yarn:yarn | kubernetes:k8s://?*) ;;
    *) fail 64 "Cannot reach a cluster: expected --master $expected, found ${master:-none}" ;;
  esac
  require_number --executors "$executors"
  require_number --executor-cores "$executor_cores"
  [[ $cluster != kubernetes || -n $image ]] ||
    fail 64 "Cannot start pods: expected --image NAME, a container image with Spark and /opt/spark-rnn/spark-rnn.jar, found none"
  [[ $deploy_mode == client || ${program[0]} == train ]] ||
    fail 64 "Cannot run ${program[0]} in deploy mode cluster: expected train, whose run directory has the result; use --deploy-mode client"
}

# What needs no cluster runs here, in a JVM without Spark.
needs_no_cluster() {
  local word
  [[ ${program[0]} =~ ^(train|retrain|evaluate|predict)$ ]] || return 0
  for word in "${program[@]}"; do
    [[ $word != --help && $word != -h && $word != --version && $word != --dry-run ]] || return 0
  done
  return 1
}

# Runs a command of the program in a JVM without Spark, with more options for the JVM before --.
bare() {
  local options=() directory path="$target/spark-rnn.jar:$jars/*"
  while [[ $1 != -- ]]; do
    options+=("$1")
    shift
  done
  for directory in "${HADOOP_CONF_DIR:-}" "${YARN_CONF_DIR:-}" "${SPARK_DIST_CLASSPATH:-}"; do
    path+=${directory:+:$directory}
  done
  "$java" "${module_options[@]}" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC "$logging" "-Dspark-rnn.log=$log" \
    ${options[@]+"${options[@]}"} -cp "$path" io.sparkrnn.cli.Main "${@:2}"
}

# Before a cluster is asked for anything: what is wrong with the configuration is said here, with the program's exit code.
check_configuration() {
  [[ ${program[0]} == train ]] || return 0
  bare "-Dspark.master=$master" "-Dspark.submit.deployMode=$deploy_mode" -- "${program[@]}" --dry-run >/dev/null || exit $?
}

require_modules() {
  local support=$cluster
  [[ $cluster != standalone ]] || return 0
  compgen -G "$jars/spark-${support}_*.jar" >/dev/null ||
    fail 69 "Cannot reach a cluster: expected a SPARK_HOME whose jars/ has spark-$support, found none in $jars"
  [[ $cluster != yarn || -n ${HADOOP_CONF_DIR:-}${YARN_CONF_DIR:-} ]] ||
    fail 64 "Cannot reach YARN: expected HADOOP_CONF_DIR or YARN_CONF_DIR to name the directory of yarn-site.xml, found neither"
}

# Sets what the program was told that its driver must find elsewhere, and what status is asked afterwards.
prepare_program() {
  local i word shared=false
  config='' config_at='' run_dir=''
  for ((i = 0; i < ${#program[@]}; i++)); do
    word=${program[i]}
    case $word in
      --shared-paths) shared=true ;;
      --config=*) config=${word#*=} config_at=$i ;;
      --config) config=${program[i + 1]:-} config_at=$((i + 1)) ;;
      --run-dir=*) run_dir=${word#*=} ;;
      --run-dir) run_dir=${program[i + 1]:-} ;;
    esac
  done
  asked=("${program[@]}")
  [[ $deploy_mode == cluster ]] || return 0
  case $cluster in
    standalone)
      [[ -n $jar || $shared == true ]] ||
        fail 64 "Cannot start a driver on another machine: expected --jar URI, such as hdfs://HOST/spark-rnn.jar, or --shared-paths if $application is on every machine, found neither"
      # What spark-submit adds to its own JVMs, a Spark worker does not.
      driver_java_options="${module_options[*]} $vector_module"
      properties+=(spark.standalone.submit.waitAppCompletion=true)
      ;;
    kubernetes) jar=${jar:-local:///opt/spark-rnn/spark-rnn.jar} ;;
  esac
  application=${jar:-$application}
  [[ -z $config ]] || ship_config "$shared"
}

ship_config() {
  local at=${program[config_at]%"$config"}
  if [[ $1 == true ]]; then
    program[config_at]=$at$(realpath -m "$config")
  elif [[ $cluster == yarn || ($cluster == kubernetes && ${spark_options[*]-} == *spark.kubernetes.file.upload.path=*) ]]; then
    spark_options=(--files "$config" ${spark_options[@]+"${spark_options[@]}"})
    program[config_at]=$at${config##*/}
  else
    fail 64 "Cannot give $config to a driver on another machine: expected its keys as flags$(
      [[ $cluster == standalone ]] || printf ', --spark-conf spark.kubernetes.file.upload.path=URI'
    ), or --shared-paths if it is on every machine, found --config"
  fi
}

launch_on_cluster() {
  local driver_java_options=$vector_module properties=() jars=${SPARK_HOME:-$target/spark}/jars
  more_options=${more_options/\$default_deploy_mode/$default_deploy_mode}
  [[ $cluster != kubernetes ]] || more_options+="  --image NAME           container image of driver and executors
"
  parse "$@"
  locate
  deploy_mode=${deploy_mode:-$default_deploy_mode}
  [[ -n $executor_cores || ! $threads =~ ^[1-9][0-9]*$ ]] || executor_cores=$threads
  executor_cores=${executor_cores:-1}
  if [[ $print_only == false ]] && needs_no_cluster; then
    require_java_17
    build_what_is_missing
    bare -- "${program[@]}"
    exit
  fi
  [[ -n $explicit_master ]] || program+=("--master=$master")
  require_options
  prepare_program
  divide_memory
  assemble
  if [[ $print_only == true ]]; then
    print_command "${command[@]}"
    return
  fi
  require_spark_home
  require_modules
  require_java_17
  build_what_is_missing
  program=("${asked[@]}")
  check_configuration
  if [[ $deploy_mode == client ]]; then
    [[ $cluster == yarn ]] || again+=" --master $master"
    [[ $cluster != kubernetes ]] || again+=" --image $image --deploy-mode client"
    become_driver
  fi
  submit_and_wait
}

# Sets the command that asks the cluster.
assemble() {
  properties+=("spark.executor.cores=$executor_cores")
  case $cluster in
    # Which knows no number of executors: it starts as many as the cores allow.
    standalone) properties+=("spark.cores.max=$((executors * executor_cores))") ;;
    *) properties+=("spark.executor.instances=$executors") ;;
  esac
  if [[ $cluster == kubernetes ]]; then
    properties+=("spark.kubernetes.container.image=$image"
      "spark.kubernetes.driver.podTemplateFile=$home/conf/kubernetes/driver-pod.yaml"
      "spark.kubernetes.executor.podTemplateFile=$home/conf/kubernetes/executor-pod.yaml"
      spark.kubernetes.authenticate.driver.serviceAccountName=spark-rnn)
  fi
  for directory in "${HADOOP_CONF_DIR:-}" "${YARN_CONF_DIR:-}"; do
    class_path+=${directory:+:$directory}
  done
  environment=()
  if [[ $deploy_mode == client ]]; then
    start_driver_here
  else
    submit_from_here
  fi
  # What was said on the command line comes later, and wins.
  for ((i = ${#properties[@]} - 1; i >= 0; i--)); do
    spark_options=(--conf "${properties[i]}" ${spark_options[@]+"${spark_options[@]}"})
  done
  spark_options=(--deploy-mode "$deploy_mode" "${spark_options[@]}")
  add_application
}

# As start_driver_here, with the driver elsewhere: the properties here are of the JVM that asks for it.
submit_from_here() {
  properties+=("spark.rnn.submission=$stem" "spark.driver.extraJavaOptions=$driver_java_options")
  if [[ -n ${SPARK_HOME:-} ]]; then
    environment+=("SPARK_SUBMIT_OPTS=$logging \"-Dspark-rnn.log=$log\"")
    command=("$SPARK_HOME/bin/spark-submit")
  else
    environment+=("${bundled[@]}")
    command=("$java" "${module_options[@]}" "$logging" "-Dspark-rnn.log=$log"
      -cp "$class_path" org.apache.spark.deploy.SparkSubmit)
  fi
}

leave() {
  kill "$1" 2>/dev/null || true
  say submit "what the cluster has begun goes on there; $launcher status tells how it stands"
  exit "$2"
}

# The driver's exit code as the cluster told it, if it did, since that of a killed driver is not its own; and where its messages are.
outcome() {
  sed 's/\\n/\n/g' "$log" | awk '
    / pod name: / { pod = $NF }
    / namespace: / { messages = "kubectl logs -n " $NF " " pod }
    / container name: / { driver = /spark-kubernetes-driver/ }
    / exit code: / && driver { code = $NF < 128 ? $NF : "" }
    sub(/.* Driver running on /, "") { host = $1 }
    sub(/.* State of driver /, "") { messages = "work/" $1 "/stderr on " host; code = $3 ~ /^FINISHED/ ? 0 : "" }
    /final status: SUCCEEDED/ { code = 0 }
    END { print code (messages == "" ? "" : "; its messages: " messages) }'
}

submit_and_wait() {
  local submission code=0 sent=0 told
  say submitted "$stem to $master; waiting for its end; Spark's messages: $log"
  mkdir -p "${log%/*}"
  "${command[@]}" >>"$log" 2>&1 &
  submission=$!
  trap 'leave "$submission" 130' INT
  trap 'leave "$submission" 143' TERM
  wait "$submission" || sent=$?
  trap - INT TERM
  # The driver's own report is what counts.
  bare -- status ${config:+--config "$config"} ${run_dir:+--run-dir "$run_dir"} --submission "$stem" || code=$?
  told=$(outcome)
  # None was found, or it cannot be read here, as another user's.
  if [[ $code =~ ^(69|74)$ && $told =~ ^[0-9]+ && ${BASH_REMATCH[0]} != "$code" ]]; then
    code=${BASH_REMATCH[0]}
    say submit "no report can be read here, but the cluster says that the driver ended with $told"
  elif ((code == 69)) && [[ $told == ';'* ]]; then
    say submit "no report of the driver can be read here$told"
  elif ((sent != 0 && code == 69)); then
    # The first cause says what it was about.
    say submit "spark-submit ended with $sent: $(grep -a -m 1 '^Caused by: ' "$log" || grep -a -m 1 '^Exception in thread' "$log")"
  fi
  exit "$code"
}
