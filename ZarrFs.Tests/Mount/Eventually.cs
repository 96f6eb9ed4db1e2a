namespace ZarrFs.Tests.Mount;

/// <summary>Waits for what another thread or process will bring about; the limit only ends a test that has failed.</summary>
internal static class Eventually
{
    public static void True(Func<bool> condition, string what)
    {
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(120)), $"did not happen: {what}");
    }
}
