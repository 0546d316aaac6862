namespace TrustedServe.KeyBroker.Tests.Support;

internal static class TestPolicy
{
    public static readonly string Known = new('a', 96);

    public static readonly string Unknown = new('b', 96);

    public static string Rule(string name, string resource, params string[] measurements) =>
        $$"""{"name":"{{name}}","resources":["{{resource}}"],"insecure_simulated":true,"measurements":[{{string.Join(',', measurements.Select(m => $"\"{m}\""))}}]}""";

    public static string Of(params string[] rules) => $$"""{"formatVersion":1,"rules":[{{string.Join(',', rules)}}]}""";
}
