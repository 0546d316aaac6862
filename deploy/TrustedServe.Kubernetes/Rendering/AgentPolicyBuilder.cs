using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>
/// Builds the policy of the guest's agent: which requests of the machine's owner it follows. Everything is denied but what a pod
/// of this one container needs, and a container is started only with this image, these arguments, this environment and these mounts.
/// </summary>
/// <remarks>
/// With ReadStreamRequest denied, agents since early 2025 read a container's output and drop it (kata-containers 10818); an older one
/// leaves it in a pipe, and the container waits for ever once that is full.
/// </remarks>
internal static class AgentPolicyBuilder
{
    private static readonly JsonSerializerOptions Data = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string Rules = """"
        package agent_policy

        import future.keywords.every
        import future.keywords.if
        import future.keywords.in

        # Denied for good: whoever could do these could read or change what runs in here.
        default AddSwapRequest := false
        default CloseStdinRequest := false
        default ExecProcessRequest := false
        default GetDiagnosticDataRequest := false
        default MemHotplugByProbeRequest := false
        default PauseContainerRequest := false
        default ReadStreamRequest := false
        default ReseedRandomDevRequest := false
        default ResumeContainerRequest := false
        default SetGuestDateTimeRequest := false
        default SetIPTablesRequest := false
        default SetPolicyRequest := false
        default StartTracingRequest := false
        default TtyWinResizeRequest := false
        default UpdateContainerRequest := false
        default UpdateEphemeralMountsRequest := false
        default WriteStreamRequest := false

        # Denied unless a rule below agrees.
        default AddARPNeighborsRequest := false
        default CopyFileRequest := false
        default CreateContainerRequest := false
        default CreateSandboxRequest := false
        default UpdateInterfaceRequest := false
        default UpdateRoutesRequest := false

        # A pod's life: begin, end, numbers. None of them reads or writes what containers hold.
        default DestroySandboxRequest := true
        default GetMetricsRequest := true
        default GetOOMEventRequest := true
        default GuestDetailsRequest := true
        default ListInterfacesRequest := true
        default ListRoutesRequest := true
        default OnlineCPUMemRequest := true
        default RemoveContainerRequest := true
        default RemoveStaleVirtiofsShareMountsRequest := true
        default SignalProcessRequest := true
        default StartContainerRequest := true
        default StatsContainerRequest := true
        default WaitProcessRequest := true

        CreateSandboxRequest if {
            input.guest_hook_path == ""
            count(input.kernel_modules) == 0
            input.sandbox_pidns == false
        }

        CreateContainerRequest if {
            some container in policy_data.containers
            input.OCI.Annotations["io.kubernetes.cri.container-type"] == container.type
            input.OCI.Root.Readonly == true
            is_null(object.get(input.OCI, "Hooks", null))
            count(input.devices) == 0
            allowed_process(container, input.OCI.Process)
            allowed_mounts(container, input.OCI.Mounts)
            allowed_storages(container, input.storages)
        }

        allowed_process(container, process) if {
            process.Args == container.args
            process.Cwd == container.cwd
            process.Terminal == false
            process.NoNewPrivileges == true
            process.User.UID == container.uid
            allowed_capabilities(container, process)
            every variable in process.Env {
                allowed_variable(container, variable)
            }
            every variable in container.env {
                variable in process.Env
            }
        }

        # The sandbox's own container runs a program of the measured guest; ours gets no capabilities at all.
        allowed_capabilities(container, _) if {
            container.type == "sandbox"
        }

        allowed_capabilities(_, process) if {
            is_null(process.Capabilities)
        }

        allowed_capabilities(_, process) if {
            every name in ["Ambient", "Bounding", "Effective", "Inheritable", "Permitted"] {
                count(process.Capabilities[name]) == 0
            }
        }

        allowed_variable(container, variable) if {
            variable in container.env
        }

        # What the kubelet adds to every container: its name, and where the API server is.
        allowed_variable(container, variable) if {
            some pattern in policy_data.kubelet_env
            regex.match(pattern, variable)
        }

        allowed_mounts(container, mounts) if {
            every mount in mounts {
                allowed_mount(container, mount)
            }
            every wanted in container.mounts {
                some mount in mounts
                mount.destination == wanted.destination
            }
        }

        allowed_mount(container, mount) if {
            some allowed in array.concat(container.mounts, policy_data.kubelet_mounts)
            mount.destination == allowed.destination
            mount.type_ == allowed.type
            regex.match(allowed.source, mount.source)
        }

        # One image, the pinned one; beside it memory-backed volumes alone.
        allowed_storages(container, storages) if {
            images := [storage | some storage in storages; storage.driver == "image_guest_pull"]
            count(images) == 1
            every storage in storages {
                allowed_storage(container, storage)
            }
        }

        allowed_storage(container, storage) if {
            storage.driver == "image_guest_pull"
            storage.source == container.image
        }

        allowed_storage(container, storage) if {
            storage.driver == "ephemeral"
            storage.source == "tmpfs"
            storage.fstype == "tmpfs"
            some allowed in container.mounts
            regex.match(allowed.source, storage.mount_point)
        }

        # Without a shared file system the runtime copies the kubelet's own four files into the guest; no container starts without
        # them. Nothing else is copied, and where they are mounted is fixed above.
        CopyFileRequest if {
            regex.match(policy_data.kubelet_files, input.path)
        }

        # The loopback interface leads to the guest API: the machine's owner leaves it alone.
        UpdateInterfaceRequest if {
            input.interface.name != "lo"
        }

        UpdateRoutesRequest if {
            every route in input.routes.Routes {
                route.device != "lo"
            }
        }

        AddARPNeighborsRequest if {
            every neighbor in input.neighbors.ARPNeighbors {
                neighbor.device != "lo"
            }
        }

        policy_data :=
        """";

    private const string Shared = "/run/kata-containers/shared/containers/[a-z0-9]{64}-[a-z0-9]{16}-";

    /// <summary>The policy's text.</summary>
    public static string Build(ContainerSpec container) => $"{Rules} {DataOf(container).ToJsonString(Data)}\n";

    private static JsonObject DataOf(ContainerSpec container) => new()
    {
        ["containers"] = new JsonArray(
            new JsonObject
            {
                // The sandbox's own container holds the pod's namespaces; its image lies in the measured guest.
                ["type"] = "sandbox",
                ["image"] = "pause",
                ["args"] = new JsonArray("/pause"),
                ["cwd"] = "/",
                ["uid"] = 65535,
                ["env"] = new JsonArray("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                ["mounts"] = new JsonArray(),
            },
            new JsonObject
            {
                ["type"] = "container",
                ["image"] = container.Image,
                ["args"] = Texts(container.Arguments),
                ["cwd"] = ImageContract.WorkingDirectory,
                ["uid"] = ImageContract.User,
                ["env"] = Texts(container.Environment.Select(variable => $"{variable.Key}={variable.Value}")),
                ["mounts"] = new JsonArray([.. container.Volumes.Select(volume =>
                    Mount(volume.Path, "bind", $"^/run/kata-containers/sandbox/ephemeral/{Regex.Escape(volume.Name)}$"))]),
            }),
        ["kubelet_env"] = Texts(
        [
            "^HOSTNAME=[a-z0-9.-]{1,253}$",
            "^KUBERNETES_SERVICE_HOST=[0-9a-f.:]{1,45}$",
            "^KUBERNETES_SERVICE_PORT(_HTTPS)?=[0-9]{1,5}$",
            @"^KUBERNETES_PORT=tcp://[\[\]0-9a-f.:]{1,54}$",
            @"^KUBERNETES_PORT_[0-9]{1,5}_TCP=tcp://[\[\]0-9a-f.:]{1,54}$",
            "^KUBERNETES_PORT_[0-9]{1,5}_TCP_(PROTO=tcp|PORT=[0-9]{1,5}|ADDR=[0-9a-f.:]{1,45})$",
        ]),
        ["kubelet_files"] = string.Create(CultureInfo.InvariantCulture, $"^{Shared}(hosts|hostname|resolv\\.conf|termination-log)$"),
        ["kubelet_mounts"] = new JsonArray(
            Mount("/proc", "proc", "^proc$"),
            Mount("/dev", "tmpfs", "^tmpfs$"),
            Mount("/dev/pts", "devpts", "^devpts$"),
            Mount("/dev/mqueue", "mqueue", "^mqueue$"),
            Mount("/sys", "sysfs", "^sysfs$"),
            Mount("/sys/fs/cgroup", "cgroup", "^cgroup$"),
            Mount("/dev/shm", "bind", "^/run/kata-containers/sandbox/shm$"),
            Mount("/etc/hosts", "bind", $"^{Shared}hosts$"),
            Mount("/etc/hostname", "bind", $"^{Shared}hostname$"),
            Mount("/etc/resolv.conf", "bind", $"^{Shared}resolv\\.conf$"),
            Mount("/dev/termination-log", "bind", $"^{Shared}termination-log$")),
    };

    private static JsonObject Mount(string destination, string type, string source) =>
        new() { ["destination"] = destination, ["type"] = type, ["source"] = source };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
