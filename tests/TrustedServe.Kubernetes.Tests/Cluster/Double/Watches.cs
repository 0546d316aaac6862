using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>Watches from a version on, with bookmarks, until their time is over, the client leaves, or they are cut.</summary>
internal sealed class Watches(ObjectStore store)
{
    private readonly ConcurrentDictionary<Guid, HttpContext> watches = new();

    /// <summary>How many were opened.</summary>
    public int Opened { get; private set; }

    /// <summary>Whether a version that is too old is told by the status of the answer, or by an event in it; servers do both.</summary>
    public bool IsGoneByStatus { get; set; }

    /// <summary>Breaks every watch that is open.</summary>
    public void Cut()
    {
        foreach (var watch in watches.Values)
        {
            watch.Abort();
        }
    }

    public async Task ServeAsync(HttpContext context, KindEntry kind, string? inside)
    {
        var query = context.Request.Query;
        var since = long.Parse(query["resourceVersion"].ToString() is { Length: > 0 } text ? text : "0", CultureInfo.InvariantCulture);
        var end = Task.Delay(TimeSpan.FromSeconds(int.TryParse(query["timeoutSeconds"], CultureInfo.InvariantCulture, out var seconds) ? seconds : 300), context.RequestAborted);
        if (since == 0)
        {
            since = store.Version;
        }

        if (store.After(since) is null && IsGoneByStatus)
        {
            throw new ApiFailure(410, "Expired", $"too old resource version: {since}");
        }

        var id = Guid.NewGuid();
        watches[id] = context;
        Opened++;
        try
        {
            context.Response.ContentType = "application/json";
            await context.Response.StartAsync();
            while (!end.IsCompleted)
            {
                if (store.After(since) is not { } news)
                {
                    await EventAsync(context, "ERROR", ApiFailure.Describe(410, "Expired", $"too old resource version: {since}"));
                    return;
                }

                foreach (var change in news.Events)
                {
                    since = change.Version;
                    if (change.Kind == kind && (inside is null || (string?)change.Object["metadata"]!["namespace"] == inside) && Selectors.Fit(query, change.Object))
                    {
                        await EventAsync(context, change.Type, change.Object);
                    }
                }

                if (news.Events.Count > 0 && query["allowWatchBookmarks"] == "true")
                {
                    await EventAsync(context, "BOOKMARK", new JsonObject { ["kind"] = kind.Kind, ["apiVersion"] = kind.ApiVersion, ["metadata"] = new JsonObject { ["resourceVersion"] = since.ToString(CultureInfo.InvariantCulture), ["creationTimestamp"] = null } });
                }

                await Task.WhenAny(news.Next, end);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client left, or the watch was cut.
        }
        finally
        {
            watches.TryRemove(id, out _);
        }
    }

    private static async Task EventAsync(HttpContext context, string type, JsonObject live)
    {
        await context.Response.WriteAsync(new JsonObject { ["type"] = type, ["object"] = live.DeepClone() }.ToJsonString() + "\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
