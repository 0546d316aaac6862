namespace TrustedServe.Kubernetes.Rendering;

/// <summary>What manifests take for granted of the image and of the programs in it. One place, since two other parts of the project decide it.</summary>
public static class ImageContract
{
    /// <summary>The program that a pod starts; it starts the workers.</summary>
    public const string FrontEnd = "/app/functions/TrustedServe.Functions";

    /// <summary>The worker program.</summary>
    public const string Worker = "/app/worker/TrustedServe.Worker";

    /// <summary>User and group of both.</summary>
    public const int User = 65532;

    /// <summary>Working directory.</summary>
    public const string WorkingDirectory = "/";

    /// <summary>Port of the HTTP trigger.</summary>
    public const int HttpPort = 8080;

    /// <summary>Port of health, metrics and scaling signals, which shows nothing of requests.</summary>
    public const int HealthPort = 8081;

    /// <summary>Answers once the instance has started.</summary>
    public const string StartupProbe = "/healthz/startup";

    /// <summary>Answers while the instance takes work.</summary>
    public const string ReadyProbe = "/healthz/ready";

    /// <summary>Answers while the instance is alive.</summary>
    public const string LiveProbe = "/healthz/live";

    /// <summary>Where an instance says how much work one of its models has before it; the model's name follows.</summary>
    public const string ScalingPath = "/scaling/models/";

    /// <summary>Where in that answer the estimated seconds of work stand that this instance has taken on.</summary>
    public const string InstanceSecondsLocation = "instance.seconds";

    /// <summary>Where the memory-backed volume for plaintext weights lies.</summary>
    public const string WeightsDirectory = "/run/weights";

    /// <summary>Where the memory-backed volume for sockets and temporary files lies; short, because a socket's path has 107 bytes at most.</summary>
    public const string RunDirectory = "/run/trustedserve";

    /// <summary>
    /// The environment that the image itself may define. Pods state every one of them again, so that the agent policy knows the
    /// whole environment without knowing the image; a variable that the image has beyond these would be refused there.
    /// </summary>
    public static readonly IReadOnlyList<KeyValuePair<string, string>> Environment =
    [
        new("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        new("HOME", RunDirectory),
        new("TMPDIR", RunDirectory),
        new("XDG_RUNTIME_DIR", RunDirectory),
        new("DOTNET_EnableDiagnostics", "0"),
    ];
}
