using TrustedServe.Functions;
using TrustedServe.Functions.Draining;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;

var once = false;
try
{
    RuntimeDiagnostics.EnsureOff();
    var commandLine = CommandLine.Parse(args);
    if (commandLine.HelpAsked)
    {
        Console.WriteLine(CommandLine.Help);
        return ExitCodes.Ended;
    }

    ProcessHardening.Apply();
    once = commandLine.Once;
    if (once)
    {
        return await OneShotProgram.RunAsync(commandLine, new HostSeams());
    }

    await using var host = await FunctionsHost.BuildAsync(commandLine, new HostSeams());
    if (commandLine.ExitOnStdinEof)
    {
        StandardInputEnd.Stops(host);
    }

    await host.StartAsync();
    await host.WaitAsync();
    return ExitCodes.Ended;
}
catch (OperationCanceledException)
{
    // Asked to end while it waited for what it needs to start: nothing is in hand.
    return ExitCodes.Ended;
}
catch (TsfException exception)
{
    await Console.Error.WriteLineAsync($"{exception.Code}: {exception.Message}\n{exception.Error.Remedy}.".Replace("..", ".", StringComparison.Ordinal));
    return exception.Error == TsfErrors.Usage ? ExitCodes.WrongCommandLine
        : once ? OneShotProgram.ExitCode(exception.Error)
        : ExitCodes.NotStarted;
}
