using Microsoft.Extensions.DependencyInjection.Extensions;
using TrustedServe.Attestation.Keys;
using TrustedServe.Functions.Draining;
using TrustedServe.Functions.Settings;

namespace TrustedServe.Functions.Queue;

/// <summary>Adds the queue trigger to a host.</summary>
public static class QueueServices
{
    /// <summary>
    /// Adds the queue trigger; without a queue's name it stays off. It needs
    /// <see cref="Inference.IInferenceGateway"/> from the host; rows keys come from where the host's <see cref="ServeOptions"/> say, unless it
    /// has an <see cref="IKeySource"/> of its own. Added last it stops first: jobs are handed back while their workers still run.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">The trigger's settings, validated.</param>
    /// <param name="host">What host.json says.</param>
    /// <param name="takesMessages">False when another host takes the messages and only has the jobs run.</param>
    public static IServiceCollection AddQueueTrigger(this IServiceCollection services, QueueOptions options, QueueHostSettings host, bool takesMessages = true)
    {
        services.AddSingleton(options);
        services.AddSingleton(host);
        services.AddSingleton(provider => new JobRegistry(provider.GetServices<IJobObserver>()));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new DrainOptions());
        services.TryAddSingleton<Drain>();
        if (options.Name is not null)
        {
            services.AddSingleton(_ => new StorageClients(options));
            services.TryAddSingleton(provider => KeySources.Create(provider.GetRequiredService<ServeOptions>().Trust, provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<BatchJob>();
            if (takesMessages)
            {
                services.AddHostedService<QueuePump>();
            }
        }

        return services;
    }
}
