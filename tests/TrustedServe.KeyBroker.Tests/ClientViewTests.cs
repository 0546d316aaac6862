using System.Text.RegularExpressions;
using TrustedServe.KeyBroker.Tests.Support;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Tests;

/// <summary>What the project's own client makes of the broker's refusals and failures.</summary>
public sealed class ClientViewTests
{
    [Fact]
    public async Task Failure_of_the_broker_itself_is_worth_another_try_and_not_a_missing_key()
    {
        await using var broker = await RunningBroker.StartAsync();
        var file = broker.Folder["broker", "resources", "models~langid~v1.sealed"];
        File.Delete(file);
        File.CreateSymbolicLink(file, broker.Folder["broker"]);
        using var client = broker.Client();
        var failed = await Assert.ThrowsAsync<TsfException>(() => client.GetAsync(RunningBroker.Model, CancellationToken.None));
        Assert.Equal(TsfErrors.BrokerUnreachable, failed.Error);
        using var other = broker.Client();
        Assert.Equal(TsfErrors.KeyNotFound, (await Assert.ThrowsAsync<TsfException>(() => other.GetAsync(RunningBroker.NotThere, CancellationToken.None))).Error);
    }

    [Fact]
    public async Task Refused_measurement_is_said_once_and_whole()
    {
        await using var broker = await RunningBroker.StartAsync();
        using var client = broker.Client(TestPolicy.Unknown);
        var refused = await Assert.ThrowsAsync<TsfException>(() => client.GetAsync(RunningBroker.Model, CancellationToken.None));
        Assert.Equal(TsfErrors.MeasurementRefused, refused.Error);
        Assert.Single(Regex.Matches(refused.Message, "Claim 'measurement'"));
        Assert.Single(Regex.Matches(refused.Message, TestPolicy.Known));
        Assert.Single(Regex.Matches(refused.Message, TestPolicy.Unknown));
        Assert.Single(Regex.Matches(refused.Message, "Rule 'models'"));
    }
}
