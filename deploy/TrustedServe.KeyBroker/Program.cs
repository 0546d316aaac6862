using System.Runtime.InteropServices;
using TrustedServe.KeyBroker.Hosting;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;

using var ended = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);

// Ctrl+C goes to every process of a terminal; a child that ends with its input is needed until its parent has drained.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, args.Contains("--exit-on-stdin-eof") ? context => context.Cancel = true : End);
try
{
    RuntimeDiagnostics.EnsureOff();
    ProcessHardening.Apply();
    await BrokerHost.RunAsync(BrokerArguments.Parse(args), ended.Token);
    return 0;
}
catch (OperationCanceledException) when (ended.IsCancellationRequested)
{
    // Told to end while it was starting.
    return 0;
}
catch (TsfException exception)
{
    await Console.Error.WriteLineAsync($"{exception.Code}: {exception.Message}\n{exception.Error.Remedy}");
    return exception.Error == TsfErrors.Usage ? 2 : 3;
}

void End(PosixSignalContext context)
{
    context.Cancel = true;
    ended.Cancel();
}
