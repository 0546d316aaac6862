using System.Net;
using TrustedServe.Protocol.Scheduling;

namespace TrustedServe.Functions.Settings;

/// <summary>The HTTP trigger.</summary>
internal sealed record HttpOptions
{
    /// <summary>Where it listens; default <c>http://127.0.0.1:8080</c>, port 0 for one that the system picks.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Whether another host takes the requests and passes them on: where it listens is not known here. Not a setting.</summary>
    public bool IsBehindAnotherHost { get; init; }

    /// <summary>Whether others than this machine's may reach it.</summary>
    public bool IsReachable => IsBehindAnotherHost || !IPAddress.IsLoopback(Listen.Address);

    /// <summary>Largest request body in bytes, 1024 to 1 GiB; default 64 MiB.</summary>
    public int MaxBodyBytes { get; init; } = 64 << 20;

    /// <summary>Time from a request's arrival to its answer in seconds, 1 to 3600; default 30. A caller may ask for less.</summary>
    public int RequestTimeoutSeconds { get; init; } = 30;

    /// <summary>
    /// Seconds that a request waits for a model that is starting, 0 to 3600; default 3600. Never longer than the request's own deadline;
    /// 0 refuses it at once.
    /// </summary>
    public int HoldSeconds { get; init; } = 3600;

    /// <summary>Requests that may wait so at once, all models together, 1 to 4096; default 256. Another one is refused at once.</summary>
    public int HoldRequests { get; init; } = 256;

    /// <summary>Bytes that the requests that wait so may take, all together, 1024 to 1 GiB; default 128 MiB.</summary>
    public int HoldBytes { get; init; } = 128 << 20;

    /// <summary>
    /// The most urgent priority that a caller may ask for, 1 (first) to 9; default 5, which is also what a request has that asks for
    /// none. Less urgent ones may always be asked for.
    /// </summary>
    public int MostUrgentPriority { get; init; } = SchedulingParameters.DefaultPriority;

    /// <summary>
    /// File of API keys; null (the default) for none. When given, it holds on loopback too, and a change of it is in force within
    /// seconds.
    /// </summary>
    /// <remarks>
    /// Inside a trust domain the keys come inline with the settings resource instead, and are read once: a key that is added or
    /// withdrawn there is so from the next start on.
    /// </remarks>
    public string? ApiKeysFile { get; init; }

    /// <summary>Development only: serve callers that are not known, beyond loopback too. Default false.</summary>
    public bool InsecureAllowAnyCaller { get; init; }
}
