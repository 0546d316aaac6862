using TrustedServe.Functions;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;

const int Ended = 0;
const int NotStarted = 1;
const int WrongCommandLine = 2;

try
{
    RuntimeDiagnostics.EnsureOff();
    var commandLine = CommandLine.Parse(args);
    if (commandLine.HelpAsked)
    {
        Console.WriteLine(CommandLine.Help);
        return Ended;
    }

    ProcessHardening.Apply();
    if (commandLine.Once)
    {
        return await OneShotProgram.RunAsync(commandLine, new HostSeams());
    }

    await using var host = await FunctionsHost.BuildAsync(commandLine, new HostSeams());
    await host.StartAsync();
    if (commandLine.ExitOnStdinEof)
    {
        StopAtEndOfInput(host);
    }

    await host.WaitAsync();
    return Ended;
}
catch (TsfException exception)
{
    await Console.Error.WriteLineAsync($"{exception.Code}: {exception.Message}\n{exception.Error.Remedy}.".Replace("..", ".", StringComparison.Ordinal));
    return exception.Error == TsfErrors.Usage ? WrongCommandLine : NotStarted;
}

// A thread of its own: a read of standard input cannot be cancelled, and must not keep the process alive.
static void StopAtEndOfInput(FunctionsHost host)
{
    var thread = new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        var ignored = new byte[256];
        while (input.Read(ignored) > 0)
        {
            // Nothing is said here; only the end counts.
        }

        host.Stop("the end of standard input");
    })
    {
        IsBackground = true,
        Name = "standard input",
    };
    thread.Start();
}
