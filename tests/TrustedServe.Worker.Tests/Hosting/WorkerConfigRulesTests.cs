using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Workers;
using TrustedServe.Worker.Hosting;

namespace TrustedServe.Worker.Tests.Hosting;

public sealed class WorkerConfigRulesTests
{
    private static readonly WorkerConfig Good = new() { Model = "digits", Version = "1", Store = "/models", Socket = "/run/w.sock", Trust = new TrustConfig() };

    [Fact]
    public void Accepts_Defaults() => WorkerConfigRules.Check(Good);

    [Fact]
    public void Rejects_EveryProblemAtOnce()
    {
        var bad = new WorkerConfig
        {
            Model = "",
            Version = "",
            Store = "",
            Socket = "w.sock",
            Trust = new TrustConfig(),
            Lanes = -1,
            QueueCapacity = 1 << 20,
            MaxMessageBytes = 1,
            AttestationMaxAgeSeconds = 0,
            WeightsDirectory = "shm",
        };
        var refused = Assert.Throws<TsfException>(() => WorkerConfigRules.Check(bad));
        Assert.Equal(TsfErrors.InvalidSettings, refused.Error);
        Assert.All(
            ["model", "version", "store", "socket", "lanes", "queueCapacity", "maxMessageBytes", "attestationMaxAgeSeconds", "weightsDirectory"],
            setting => Assert.Contains(setting, refused.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Rejects_ASocketPathThatTheKernelWouldCut() =>
        Assert.Throws<TsfException>(() => WorkerConfigRules.Check(Good with { Socket = "/" + new string('s', 107) }));
}
