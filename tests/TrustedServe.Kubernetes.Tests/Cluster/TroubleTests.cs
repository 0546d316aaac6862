using System.Text;
using TrustedServe.Kubernetes.Cluster.Applying;
using TrustedServe.Kubernetes.Tests.Cluster.Double;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Tests.Cluster;

/// <summary>A server that is overloaded, fails, lies or is away.</summary>
public sealed class TroubleTests
{
    [Fact]
    public async Task Retry_after_is_honoured_to_the_second()
    {
        // The pause of 7 s is the only timer of that length, and only the test ends it: whoever does not wait for it gets no answer.
        var time = new ManualTime(TimeSpan.FromSeconds(7));
        await using var sandbox = await Sandbox.StartAsync(time);
        sandbox.Cluster.Faults.Add("PATCH", "deployments", Faults.Status(429, "TooManyRequests", "too many requests", retryAfter: 7), times: 1, without: "dryRun");
        sandbox.Progressed = line =>
        {
            if (line.Contains("asked again in 7.0 s: 429 too many requests", StringComparison.Ordinal))
            {
                time.Fire();
            }
        };

        Assert.True((await sandbox.ApplyAsync(Sandbox.Manifests())).IsDone);
        Assert.Contains(sandbox.Progress, line => line.Contains("asked again in 7.0 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failures_that_pass_cost_nothing()
    {
        await using var sandbox = await Sandbox.StartAsync();
        sandbox.Cluster.Faults.Add("GET", "/api", Faults.Status(503, "ServiceUnavailable", "apiserver not ready"), times: 2);
        sandbox.Cluster.Faults.Add("PATCH", "services", Faults.Status(500, "InternalError", "etcdserver: leader changed"), times: 2);
        sandbox.Cluster.Faults.Add("PATCH", "deployments", Faults.Break, times: 2);
        sandbox.Cluster.Faults.Add("PATCH", "configmaps", Faults.Raw(502, "<html>bad gateway</html>"u8.ToArray()), times: 1);
        Assert.True((await sandbox.ApplyAsync(Sandbox.Manifests())).IsDone);
    }

    [Fact]
    public async Task Answer_that_is_lost_after_the_work_was_done_is_no_failure()
    {
        await using var sandbox = await Sandbox.StartAsync();
        sandbox.Cluster.Faults.Add("PATCH", "deployments", Faults.LoseAnswer, times: 1, without: "dryRun");
        sandbox.Cluster.Faults.Add("POST", "configmaps", Faults.LoseAnswer, times: 1);
        sandbox.Cluster.Faults.Add("PUT", "configmaps", Faults.LoseAnswer, times: 1);
        var report = await sandbox.ApplyAsync(Sandbox.Manifests());
        Assert.True(report.IsDone, report.Failure?.Message);
        Assert.All(report.Objects, item => Assert.Equal(ObjectOutcome.Created, item.Outcome));
        Assert.Equal("applied", sandbox.State());
    }

    [Fact]
    public async Task Work_whose_every_answer_is_lost_is_found_and_rolled_back()
    {
        await using var sandbox = await Sandbox.StartAsync();
        var before = sandbox.Contents();
        sandbox.Cluster.Faults.Add("PATCH", "deployments", Faults.LoseAnswer, without: "dryRun");
        var report = await sandbox.ApplyAsync(Sandbox.Manifests());
        Assert.Equal(TsfErrors.ClusterUnreachable, report.Failure!.Error);
        Assert.Equal(ObjectOutcome.RolledBack, Sandbox.Outcome(report, "Deployment"));
        Assert.Equal(before, sandbox.Contents());
    }

    [Fact]
    public async Task Server_that_stays_broken_ends_in_a_bounded_number_of_tries()
    {
        await using var sandbox = await Sandbox.StartAsync();
        sandbox.Cluster.Faults.Add("GET", "/", Faults.Status(500, "InternalError", "broken"));
        var exception = await Assert.ThrowsAsync<TsfException>(() => sandbox.ApplyAsync(Sandbox.Manifests()));
        Assert.Equal(TsfErrors.ClusterUnreachable, exception.Error);
        Assert.Equal(6, sandbox.Cluster.Requests.Count);
    }

    [Fact]
    public async Task Server_that_does_not_answer_ends_with_the_deadline()
    {
        var time = new ManualTime(Sandbox.Limit);
        await using var sandbox = await Sandbox.StartAsync(time);
        sandbox.Cluster.Faults.Add("GET", "/", Faults.Hang);
        var apply = sandbox.ApplyAsync(Sandbox.Manifests());
        await Sandbox.UntilAsync(() => !sandbox.Cluster.Requests.IsEmpty);
        time.Fire();
        Assert.Contains("nothing was changed", (await Assert.ThrowsAsync<TsfException>(() => apply)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("[1, 2]")]
    [InlineData("{\"a\": 1, \"a\": 2}")]
    [InlineData("{\"kind\": \"\\ud800\"}")]
    [InlineData("")]
    public async Task Answer_that_is_no_object_is_refused(string body)
    {
        await using var sandbox = await Sandbox.StartAsync();
        sandbox.Cluster.Faults.Add("GET", "/", Faults.Raw(200, Encoding.UTF8.GetBytes(body)));
        Assert.Equal(TsfErrors.ClusterUnreachable, (await Assert.ThrowsAsync<TsfException>(() => sandbox.ApplyAsync(Sandbox.Manifests()))).Error);
    }

    [Fact]
    public async Task Answers_without_end_or_bottom_are_refused()
    {
        await using var sandbox = await Sandbox.StartAsync();
        sandbox.Cluster.Faults.Add("GET", "/", Faults.Raw(200, new byte[1 << 20], repeat: 1_000), times: 1);
        Assert.Contains("larger than", (await Assert.ThrowsAsync<TsfException>(() => sandbox.ApplyAsync(Sandbox.Manifests()))).Message, StringComparison.Ordinal);
        sandbox.Cluster.Faults.Add("GET", "/", Faults.Raw(200, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 10_000)))));
        Assert.Equal(TsfErrors.ClusterUnreachable, (await Assert.ThrowsAsync<TsfException>(() => sandbox.ApplyAsync(Sandbox.Manifests()))).Error);
    }

    [Fact]
    public async Task Nothing_that_a_server_says_reaches_the_terminal_as_a_command()
    {
        await using var sandbox = await Sandbox.StartAsync();
        sandbox.Cluster.Faults.Add("PATCH", "/", Faults.Status(403, "Forbidden", "no\u001b]0;title\u0007\r\n\u202egnp.exe" + new string('x', 100_000)));
        var report = await sandbox.ApplyAsync(Sandbox.Manifests());
        var detail = Assert.Single(report.Objects, item => item.Outcome == ObjectOutcome.Failed).Detail!;
        Assert.DoesNotContain(detail, character => char.IsControl(character) || character == '\u202e');
        Assert.InRange(detail.Length, 100, 1_200);
    }

    [Fact]
    public async Task After_any_chaos_the_report_is_the_truth()
    {
        var wholes = 0;
        for (var seed = 1; seed <= 40; seed++)
        {
            await using var sandbox = await Sandbox.StartAsync();
            await sandbox.ApplyAsync(Sandbox.Manifests());
            var before = sandbox.Contents();
            Chaos(sandbox.Cluster.Faults, new Random(seed));
            ApplyReport report;
            try
            {
                report = await sandbox.ApplyAsync(RollBackTests.Upgrade());
            }
            catch (TsfException)
            {
                Assert.Equal(before, sandbox.Contents()); // refused before the beginning
                continue;
            }

            sandbox.Cluster.Faults.Clear();
            var after = sandbox.Contents();
            foreach (var item in report.Objects)
            {
                var key = item.Object.Namespace is null ? $"{item.Object.Kind}//{item.Object.Name}" : item.Object.ToString();
                switch (item.Outcome)
                {
                    case ObjectOutcome.Created:
                        Assert.True(after.ContainsKey(key) && !before.ContainsKey(key), $"seed {seed}: {item}");
                        break;
                    case ObjectOutcome.Configured:
                        Assert.True(after.ContainsKey(key) && before[key] != after[key], $"seed {seed}: {item}");
                        break;
                    case ObjectOutcome.Unchanged or ObjectOutcome.RolledBack or ObjectOutcome.NotReached:
                        Assert.True(before.GetValueOrDefault(key) == after.GetValueOrDefault(key), $"seed {seed}: {item}\n{before.GetValueOrDefault(key)}\n{after.GetValueOrDefault(key)}");
                        break;
                }
            }

            if (report.IsDone)
            {
                wholes++;
                Assert.Contains("sha256:cc", after["Deployment/models/langid"], StringComparison.Ordinal);
                Assert.Contains("Ox/models/new", after.Keys);
                Assert.True((await sandbox.ApplyAsync(RollBackTests.Upgrade())).Objects.All(item => item.Outcome == ObjectOutcome.Unchanged), $"seed {seed}");
            }
            else if (report.Objects.All(item => item.Outcome is ObjectOutcome.Unchanged or ObjectOutcome.RolledBack or ObjectOutcome.NotReached))
            {
                Assert.Equal(before, after);
            }
        }

        Assert.InRange(wholes, 1, 39); // both ends were really met
    }

    private static void Chaos(Faults faults, Random random)
    {
        string[] methods = ["GET", "PATCH", "PATCH", "PATCH", "PUT", "DELETE"];
        string[] targets = ["/", "deployments", "configmaps", "scaledobjects", "oxen", "services", "networkpolicies"];
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            Func<Microsoft.AspNetCore.Http.HttpContext, Func<Task>, Task> act = random.Next(7) switch
            {
                0 => Faults.Status(500, "InternalError", "broken"),
                1 => Faults.Status(429, "TooManyRequests", "slow down", retryAfter: 0),
                2 => Faults.Status(409, "Conflict", "the object has been modified"),
                3 => Faults.Status(403, "Forbidden", "no"),
                4 => Faults.Break,
                5 => Faults.LoseAnswer,
                _ => Faults.Raw(200, "{"u8.ToArray()),
            };
            faults.Add(methods[random.Next(methods.Length)], targets[random.Next(targets.Length)], act, times: random.Next(1, 12), skip: random.Next(0, 6), without: random.Next(3) > 0 ? "dryRun" : null);
        }
    }
}
