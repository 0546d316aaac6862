using TrustedServe.KeyBroker.Resources;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Policies;

/// <summary>
/// The policy in force. The file is read at every decision (they are rare and it is small), so a change holds at once; a
/// change that is not a valid policy is logged and the last good one stays.
/// </summary>
internal sealed partial class PolicyFile
{
    private readonly Lock gate = new();
    private readonly string path;
    private readonly ILogger logger;
    private byte[] content;
    private BrokerPolicy policy;
    private string? problem;

    /// <exception cref="TsfException">TSF3020, TSF0008: a broker does not start without a policy.</exception>
    public PolicyFile(string path, ILogger logger)
    {
        (this.path, this.logger) = (path, logger);
        content = Read(path);
        policy = Parse(content);
    }

    /// <summary>The policy that holds now.</summary>
    public BrokerPolicy Current
    {
        get
        {
            lock (gate)
            {
                try
                {
                    var now = Read(path);
                    if (!now.AsSpan().SequenceEqual(content))
                    {
                        policy = Parse(now);
                        content = now;
                        LogReloaded(logger, path, policy.Rules.Count);
                    }

                    problem = null;
                }
                catch (TsfException exception) when (exception.Message == problem)
                {
                    // Said once already.
                }
                catch (TsfException exception)
                {
                    problem = exception.Message;
                    LogKept(logger, path, exception.Code, exception.Message);
                }

                return policy;
            }
        }
    }

    private BrokerPolicy Parse(byte[] utf8) => BrokerPolicy.Parse(utf8, Path.GetDirectoryName(Path.GetFullPath(path))!);

    private static byte[] Read(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            var length = RandomAccess.GetLength(handle);
            if (length > PolicyParser.MaxBytes)
            {
                throw TsfErrors.InvalidPolicy.With($"'{path}' has {length} bytes; at most {PolicyParser.MaxBytes} are read.");
            }

            var bytes = new byte[length];
            return bytes[..RandomAccess.Read(handle, bytes, 0)];
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, path);
        }
    }

    [LoggerMessage(3010, LogLevel.Information, "Policy {Path} read again: {Rules} rules")]
    private static partial void LogReloaded(ILogger logger, string path, int rules);

    [LoggerMessage(3011, LogLevel.Error, "Policy {Path} is not valid any more, the last good one stays in force: {Code} {Problem}")]
    private static partial void LogKept(ILogger logger, string path, string code, string problem);
}
