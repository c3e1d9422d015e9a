# shellcheck shell=bash
# The shared /appl: Ray in virtual environments, and the modules that make them reachable.

UV_REQUIREMENT='uv==0.9.*'

ray_versions() {
    case $SLURM in
        22.05) echo "2.43.0 2.60.0" ;;
        24.11) echo "2.60.0" ;;   # Python 3.13: the older Ray has no wheel for it
    esac
}

install_appl() {
    local version
    mkdir -p "$APPL/ray"
    for version in $(ray_versions); do
        install_ray "$version"
    done
    install_modules
}

# One environment per version, made anew when what it is made of has changed.
install_ray() {
    local version=$1 place=$APPL/ray/$1 requirements=$LAB_DIR/conf/ray-$1.txt inputs
    inputs=$(cat "$requirements" <(echo "${LOWER#"$STATE"/}") | fingerprint)
    [ "$(cat "$place/.inputs" 2>/dev/null)" != "$inputs" ] || return 0
    install_uv
    progress "installing Ray $version"
    rm -rf "$place.new"
    mkdir "$place.new"
    cp "$requirements" "$place.new/.requirements.txt"
    in_workshop "$place.new" "/appl/ray/$version" build_venv >"$STATE/log/ray-$version.log" 2>&1 </dev/null ||
        die "Ray $version could not be installed: see $STATE/log/ray-$version.log"
    echo "$inputs" >"$place.new/.inputs"
    rm -rf "$place"
    mv "$place.new" "$place"
}

install_uv() {
    [ ! -x "$STATE/uv/bin/uv" ] || return 0
    progress "installing uv"
    rm -rf "$STATE/uv.new" "$STATE/uv"
    {
        /usr/bin/python3 -m venv "$STATE/uv.new"
        "$STATE/uv.new/bin/python" -m pip install -q "$UV_REQUIREMENT"
    } >"$STATE/log/uv.log" 2>&1 </dev/null || die "uv could not be installed: see $STATE/log/uv.log"
    mv "$STATE/uv.new" "$STATE/uv"
}

# in_workshop DIR PLACE STEP: runs a step of workshop.sh where the hosts' root is / and DIR is writable at PLACE.
# An environment's scripts name its place, and that place exists only in the hosts.
in_workshop() {
    unshare --mount --propagation private --pid --fork --kill-child=KILL \
        env -u PYTHONDONTWRITEBYTECODE "UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$(pip_setting index-url)}" \
        "SSL_CERT_FILE=${SSL_CERT_FILE:-$(pip_setting cert)}" \
        bash "$LAB_DIR/lib/workshop.sh" "$LOWER" "$STATE" "$@"
}

# uv doesn't read pip's settings: a machine that has its own index or certificates says so there.
pip_setting() {
    /usr/bin/python3 -m pip config get "global.$1" 2>/dev/null || true
}

# It ships with the testkit, where the emulated Slurm uses it too.
RAY_STAND_IN=$LAB_DIR/../testkit/src/main/resources/io/github/slurmray/testkit/internal/embedded/ray.py

install_modules() {
    local older newest=2.60.0 inputs
    older=$(ray_versions)
    older=${older%% *}
    inputs=$({ declare -f install_modules; cat "$LAB_DIR"/conf/{modulefiles/*/*,singularity_wrapper} "$RAY_STAND_IN"; } | fingerprint)
    [ "$(cat "$APPL/.modules" 2>/dev/null)" != "$inputs" ] || return 0
    rm -rf "$APPL/modulefiles" "$APPL/pytorch" "$APPL/fake-ray"
    cp -r "$LAB_DIR/conf/modulefiles" "$APPL/modulefiles"
    mkdir -p "$APPL/pytorch/2.5/bin" "$APPL/python-pytorch" "$APPL/fake-ray/bin" "$APPL/fake-ray/lib/ray-2.60.0.dist-info"
    # the "image" of the container is the environment itself
    ln -s "/appl/ray/$older" "$APPL/pytorch/2.5/pytorch.sif"
    ln -sfn "/appl/ray/$newest" "$APPL/python-pytorch/2.10"
    install -m 755 "$LAB_DIR/conf/singularity_wrapper" "$APPL/pytorch/2.5/bin/singularity_wrapper"
    install -m 755 "$RAY_STAND_IN" "$APPL/fake-ray/bin/ray"
    printf 'Metadata-Version: 2.1\nName: ray\nVersion: 2.60.0\n' >"$APPL/fake-ray/lib/ray-2.60.0.dist-info/METADATA"
    chmod -R a+rX "$APPL/modulefiles" "$APPL/fake-ray"
    echo "$inputs" >"$APPL/.modules"
}
