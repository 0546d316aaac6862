using System.Globalization;
using System.Text;
using TrustedServe.Functions.Supervision;

namespace TrustedServe.Functions.Health;

/// <summary>Counts of the HTTP trigger, in Prometheus's text form. No model names and nothing of any request: this listener has no callers.</summary>
internal sealed class RequestMetrics(TimeProvider time)
{
    // Seconds: from the smallest model over a socket (a fraction of a millisecond) to the default deadline.
    private static readonly double[] Bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly long[] buckets = new long[Bounds.Length + 1];
    private readonly long[] classes = new long[6];
    private long inFlight;
    private long answered;
    private long totalMicroseconds;

    /// <summary>Requests between arrival and answer.</summary>
    public long InFlight => Interlocked.Read(ref inFlight);

    /// <summary>Requests that arrived and have ended.</summary>
    public long Answered => Interlocked.Read(ref answered);

    /// <summary>A request arrived.</summary>
    /// <returns>What <see cref="End"/> needs.</returns>
    public long Begin()
    {
        Interlocked.Increment(ref inFlight);
        return time.GetTimestamp();
    }

    /// <summary>A request ended.</summary>
    public void End(long started, int status)
    {
        var elapsed = time.GetElapsedTime(started);
        var bucket = Array.FindIndex(Bounds, bound => elapsed.TotalSeconds <= bound);
        Interlocked.Increment(ref buckets[bucket < 0 ? Bounds.Length : bucket]);
        Interlocked.Add(ref totalMicroseconds, (long)elapsed.TotalMicroseconds);
        Interlocked.Increment(ref classes[Math.Clamp(status / 100, 0, 5)]);
        Interlocked.Increment(ref answered);
        Interlocked.Decrement(ref inFlight);
    }

    /// <summary>All figures.</summary>
    public string ToText(WorkerFleet fleet)
    {
        var text = new StringBuilder();
        Head(text, "trustedserve_http_requests_total", "counter", "Requests answered, by class of status.");
        for (var i = 1; i < classes.Length; i++)
        {
            Line(text, $"trustedserve_http_requests_total{{class=\"{i}xx\"}}", Interlocked.Read(ref classes[i]));
        }

        Head(text, "trustedserve_http_requests_in_flight", "gauge", "Requests between arrival and answer.");
        Line(text, "trustedserve_http_requests_in_flight", InFlight);

        Head(text, "trustedserve_http_request_duration_seconds", "histogram", "Time from arrival to answer, queueing included.");
        long count = 0;
        for (var i = 0; i < buckets.Length; i++)
        {
            count += Interlocked.Read(ref buckets[i]);
            var bound = i < Bounds.Length ? Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            Line(text, $"trustedserve_http_request_duration_seconds_bucket{{le=\"{bound}\"}}", count);
        }

        Line(text, "trustedserve_http_request_duration_seconds_sum", Interlocked.Read(ref totalMicroseconds) / 1e6);
        Line(text, "trustedserve_http_request_duration_seconds_count", count);

        Head(text, "trustedserve_models", "gauge", "Model versions that this front end serves.");
        Line(text, "trustedserve_models", fleet.Count);
        Head(text, "trustedserve_models_ready", "gauge", "Model versions that answer.");
        Line(text, "trustedserve_models_ready", fleet.ReadyCount);
        Head(text, "trustedserve_worker_restarts_total", "counter", "Workers started again.");
        Line(text, "trustedserve_worker_restarts_total", fleet.Restarts);
        Head(text, "trustedserve_trust", "gauge", "1 for the kind of trust that is in force.");
        foreach (var kind in TrustKinds.All)
        {
            Line(text, $"trustedserve_trust{{kind=\"{kind}\"}}", kind == fleet.TrustKind ? 1 : 0);
        }

        Head(text, "trustedserve_insecure_simulated_trust", "gauge", "1 while evidence is made up: nothing is protected.");
        Line(text, "trustedserve_insecure_simulated_trust", fleet.IsTrustSimulated ? 1 : 0);
        return text.ToString();
    }

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Line(StringBuilder text, string name, double value) =>
        text.Append(name).Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
