using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>What goes wrong: each rule answers the requests that it matches, so many times, after having let some pass.</summary>
internal sealed class Faults
{
    private readonly Lock gate = new();
    private readonly List<Rule> rules = [];

    /// <summary>Adds a rule. <paramref name="target"/> is a part of path and query; <paramref name="without"/> must not be in it.</summary>
    public void Add(string method, string target, Func<HttpContext, Func<Task>, Task> act, int times = int.MaxValue, int skip = 0, string? without = null)
    {
        lock (gate)
        {
            rules.Add(new Rule(method, target, without, act) { Left = times, Skip = skip });
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            rules.Clear();
        }
    }

    /// <summary>Handles a request, through a rule if one matches.</summary>
    public Task HandleAsync(HttpContext context, Func<Task> next)
    {
        lock (gate)
        {
            var target = context.Request.Path + context.Request.QueryString.Value;
            foreach (var rule in rules.Where(rule => rule.Left > 0 && rule.Method == context.Request.Method && target.Contains(rule.Target, StringComparison.Ordinal) && (rule.Without is null || !target.Contains(rule.Without, StringComparison.Ordinal))))
            {
                if (rule.Skip > 0)
                {
                    rule.Skip--;
                    continue;
                }

                rule.Left--;
                return rule.Act(context, next);
            }
        }

        return next();
    }

    /// <summary>A Status with a code.</summary>
    public static Func<HttpContext, Func<Task>, Task> Status(int code, string reason, string message, int? retryAfter = null) => (context, _) =>
    {
        if (retryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return ApiDouble.WriteAsync(context, code, ApiFailure.Describe(code, reason, message));
    };

    /// <summary>The connection breaks before anything is done.</summary>
    public static Task Break(HttpContext context, Func<Task> next)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>The request is carried out, and its answer is lost.</summary>
    public static async Task LoseAnswer(HttpContext context, Func<Task> next)
    {
        var body = context.Response.Body;
        context.Response.Body = Stream.Null;
        await next();
        context.Response.Body = body;
        context.Abort();
    }

    /// <summary>The answer does not come.</summary>
    public static async Task Hang(HttpContext context, Func<Task> next)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The client left.
        }
    }

    /// <summary>An answer of any bytes.</summary>
    public static Func<HttpContext, Func<Task>, Task> Raw(int code, byte[] bytes, int repeat = 1) => async (context, _) =>
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        for (var i = 0; i < repeat && !context.RequestAborted.IsCancellationRequested; i++)
        {
            await context.Response.Body.WriteAsync(bytes);
        }
    };

    /// <summary>Something happens first, then the request goes on.</summary>
    public static Func<HttpContext, Func<Task>, Task> Before(Action action) => (_, next) =>
    {
        action();
        return next();
    };

    private sealed class Rule(string method, string target, string? without, Func<HttpContext, Func<Task>, Task> act)
    {
        public string Method { get; } = method;

        public string Target { get; } = target;

        public string? Without { get; } = without;

        public Func<HttpContext, Func<Task>, Task> Act { get; } = act;

        public int Left { get; set; }

        public int Skip { get; set; }
    }
}
