using System.Text.Json;
using TrustedServe.Functions.Holding;
using TrustedServe.Functions.Supervision;

namespace TrustedServe.Functions.Health;

/// <summary>
/// How far the start is, model by model: per cent of the sealed package that was fetched, of the plaintext that was unsealed, of the
/// samples that were warmed up; what is being done, and what is waited for. Of several workers of a model the slowest counts.
/// </summary>
internal static class StartupReport
{
    private const uint All = 100;

    /// <summary>Writes it.</summary>
    public static void Write(Utf8JsonWriter writer, (WorkerFleet Fleet, HeldRequests Held, TimeProvider Time) state)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("started"u8, state.Fleet.HasStarted);
        writer.WriteString("trust"u8, state.Fleet.TrustKind);
        writer.WriteNumber("held"u8, state.Held.Count);
        writer.WriteStartArray("models"u8);
        foreach (var life in state.Fleet.Lives)
        {
            Write(writer, life.Workers, state.Time);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ModelWorkers model, TimeProvider time)
    {
        var waiting = model.Workers.FirstOrDefault(worker => worker.Health.WaitsFor is not null)?.Health.WaitsFor;
        var reports = model.Workers.Select(worker => worker.State is WorkerState.Ready ? null : worker.Health.Report).OfType<Protocol.Rpc.StartReport>().ToList();
        writer.WriteStartObject();
        writer.WriteString("name"u8, model.Model);
        writer.WriteString("version"u8, model.Version);
        writer.WriteString("state"u8, !model.IsServed ? "unloaded" : model.IsReady ? "ready" : model.Failure is not null ? "failed" : waiting is not null ? "waiting" : "starting");
        writer.WriteNumber("fetched"u8, reports.Select(report => report.FetchedPercent).DefaultIfEmpty(All).Min());
        writer.WriteNumber("unsealed"u8, reports.Select(report => report.UnsealedPercent).DefaultIfEmpty(All).Min());
        writer.WriteNumber("warmed"u8, reports.Select(report => report.WarmedPercent).DefaultIfEmpty(All).Min());
        writer.WriteStartArray("doing"u8);
        foreach (var name in reports.SelectMany(report => report.Spans).Where(span => !span.HasEnded).Select(span => span.Name).Distinct())
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
        if (waiting is { } cause)
        {
            writer.WriteStartObject("waitsFor"u8);
            writer.WriteString("code"u8, cause.Error.Code);
            writer.WriteString("reason"u8, cause.Error.Title);
            writer.WriteNumber("seconds"u8, Math.Round(time.GetElapsedTime(cause.Since).TotalSeconds));
            writer.WriteEndObject();
        }

        if (model.Failure is { } failure)
        {
            writer.WriteStartObject("failure"u8);
            writer.WriteString("code"u8, failure.Code);
            writer.WriteString("reason"u8, failure.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
