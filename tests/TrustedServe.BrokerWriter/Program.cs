using System.Globalization;
using TrustedServe.KeyBroker.Resources;
using Version = TrustedServe.BrokerWriter.Version;

// Writes resources into a broker's folder until it is killed, or standard input ends. A line on standard output, the version,
// acknowledges each write after it has returned.
var folder = args[0];
var version = long.Parse(args[1], CultureInfo.InvariantCulture);
using var store = ResourceStore.Open(folder);
using var output = Console.OpenStandardOutput();
var input = Task.Run(() => Console.In.ReadToEnd());
while (!input.IsCompleted)
{
    version++;
    store.Put(Version.IdOf(version), Version.Content(version));

    // One write call a line: what the reader gets is whole lines, however the process ends.
    output.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{version}\n")));

    // The disk is not this process's alone.
    await Task.Delay(1);
}
