using System.Globalization;
using System.Text;

namespace TrustedServe.Functions.Signals;

/// <summary>The signals in Prometheus's text form. What is not known of the queue is left out.</summary>
internal static class SignalMetrics
{
    /// <summary>All of them.</summary>
    public static string ToText(SignalReport report)
    {
        var text = new StringBuilder();
        var models = report.Models;
        Head(text, "trustedserve_model_requests_in_flight", "gauge", "Requests of this instance between arrival and answer, by model version.");
        Each(text, models, "trustedserve_model_requests_in_flight", model => model.Requests.InFlight);
        Head(text, "trustedserve_model_requests_total", "counter", "Requests answered, by model version and class of status; those that were not authorised are not counted.");
        foreach (var model in models)
        {
            for (var hundreds = 2; hundreds <= 5; hundreds++)
            {
                Line(text, "trustedserve_model_requests_total", model.Key, $",class=\"{hundreds}xx\"", model.Requests.OfClass(hundreds));
            }
        }

        Head(text, "trustedserve_model_request_duration_seconds", "histogram", "Time from a request's route to its answer, queueing included, by model version.");
        foreach (var model in models)
        {
            Histogram(text, "trustedserve_model_request_duration_seconds", model.Key, RequestCounter.Bounds, [.. model.Requests.Counts.Select(count => (double)count)], model.Requests.TotalSeconds);
        }

        Head(text, "trustedserve_model_queue_seconds", "histogram", "Time that calls waited for a lane, since the workers' start.");
        foreach (var model in models)
        {
            if (model.Workers?.QueueSeconds is { } queue)
            {
                Histogram(text, "trustedserve_model_queue_seconds", model.Key, queue.Bounds, [.. queue.Counts.Select(count => (double)count)], queue.Sum);
            }
        }

        Head(text, "trustedserve_model_waiting_calls", "gauge", "Calls of this instance that wait for a lane.");
        Each(text, models, "trustedserve_model_waiting_calls", model => model.Instance.Waiting);
        Head(text, "trustedserve_model_lanes", "gauge", "Calls that this instance computes at once.");
        Each(text, models, "trustedserve_model_lanes", model => model.Instance.Lanes);
        Head(text, "trustedserve_model_jobs", "gauge", "Batch jobs that this instance has in hand.");
        Each(text, models, "trustedserve_model_jobs", model => model.Instance.Jobs);
        Head(text, "trustedserve_model_job_rows", "gauge", "Rows that those have left.");
        Each(text, models, "trustedserve_model_job_rows", model => model.Instance.Rows);
        Head(text, "trustedserve_model_job_seconds", "gauge", "Seconds that this instance needs for those, estimated.");
        Each(text, models, "trustedserve_model_job_seconds", model => model.Instance.Seconds);
        Head(text, "trustedserve_model_seconds_per_row", "gauge", "What a row of a batch job costs an instance.");
        Each(text, models, "trustedserve_model_seconds_per_row", model => model.Costs.SecondsPerRow);
        if (report.AgeSeconds is { } age)
        {
            Head(text, "trustedserve_queue_age_seconds", "gauge", "How long ago the queue was looked at.");
            Line(text, "trustedserve_queue_age_seconds", age);
        }

        if (report is { QueueMessages: { } messages, OtherMessages: { } other })
        {
            Head(text, "trustedserve_queue_messages", "gauge", "Messages of the whole queue, in hand or not; the same from every instance.");
            Line(text, "trustedserve_queue_messages", messages);
            Head(text, "trustedserve_queue_other_messages", "gauge", "Those of them that are for no model served here.");
            Line(text, "trustedserve_queue_other_messages", other);
            Head(text, "trustedserve_model_queue_messages", "gauge", "Messages of the whole queue by model version; the same from every instance.");
            Each(text, models, "trustedserve_model_queue_messages", model => model.Queue!.Value.Messages);
            Head(text, "trustedserve_model_queue_waiting_messages", "gauge", "Those of them that wait.");
            Each(text, models, "trustedserve_model_queue_waiting_messages", model => model.Queue!.Value.WaitingMessages);
            Head(text, "trustedserve_model_queue_rows", "gauge", "Rows of the whole queue that are still to be scored; about the same from every instance.");
            Each(text, models, "trustedserve_model_queue_rows", model => model.Queue!.Value.Rows);
            Head(text, "trustedserve_model_queue_work_seconds", "gauge", "Seconds that one instance needs for the whole queue, estimated; about the same from every instance.");
            Each(text, models, "trustedserve_model_queue_work_seconds", model => model.Queue!.Value.Seconds);
        }

        return text.ToString();
    }

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Each(StringBuilder text, IReadOnlyList<ModelSignals> models, string name, Func<ModelSignals, double> value)
    {
        foreach (var model in models)
        {
            Line(text, name, model.Key, string.Empty, value(model));
        }
    }

    private static void Histogram(StringBuilder text, string name, ModelKey key, IReadOnlyList<double> bounds, IReadOnlyList<double> counts, double sum)
    {
        var below = 0.0;
        for (var i = 0; i < counts.Count; i++)
        {
            below += counts[i];
            var bound = i < bounds.Count ? bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            Line(text, name + "_bucket", key, $",le=\"{bound}\"", below);
        }

        Line(text, name + "_sum", key, string.Empty, sum);
        Line(text, name + "_count", key, string.Empty, below);
    }

    // Names of models and versions are letters, digits, '_', '-' and '.': nothing in a label needs escaping.
    private static void Line(StringBuilder text, string name, ModelKey key, string labels, double value) =>
        Line(text, $"{name}{{model=\"{key.Model}\",version=\"{key.Version}\"{labels}}}", value);

    private static void Line(StringBuilder text, string name, double value) =>
        text.Append(name).Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
