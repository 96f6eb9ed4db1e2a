using System.Net;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Limits;

namespace ZarrFs.Tests.Http.Access;

public sealed class ThrottleTests
{
    private static readonly ClientAddress Somebody = ClientAddress.Of(IPAddress.Parse("10.0.0.1"));
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::10.0.0.1", "10.0.0.1", false)]
    public void A_machine_is_an_address_or_a_64(string one, string other, bool isSame) =>
        Assert.Equal(isSame, ClientAddress.Of(IPAddress.Parse(one)) == ClientAddress.Of(IPAddress.Parse(other)));

    [Fact]
    public void Refusals_come_later_and_later_and_then_not_at_all()
    {
        Throttle throttle = new(_time);
        List<double> delays = [];
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(0, throttle.Wait(Somebody));
            throttle.Begin(Somebody);
            delays.Add(throttle.Delay(Somebody).TotalSeconds);
        }

        Assert.Equal([0, 0, 0, 0, 0, 0.25, 0.5, 1, 2, 4, 4], delays[..11]);
        Assert.Equal(delays.Order(), delays);
        Assert.Equal(30, throttle.Wait(Somebody));
        Assert.Equal(0, throttle.Wait(ClientAddress.Of(IPAddress.Parse("10.0.0.2"))));
        _time.Advance(TimeSpan.FromSeconds(29.5));
        Assert.Equal(1, throttle.Wait(Somebody));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, throttle.Wait(Somebody));
        throttle.Begin(Somebody);
        Assert.InRange(throttle.Wait(Somebody), 1, 30);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(TimeSpan.Zero, throttle.Delay(Somebody));
    }

    [Fact]
    public void What_did_not_fail_counts_for_nothing_and_pays_for_nothing()
    {
        Throttle throttle = new(_time);
        for (int i = 0; i < 100; i++)
        {
            throttle.Begin(Somebody);
            throttle.TakeBack(Somebody);
        }

        Assert.Equal(0, throttle.Count);
        for (int i = 0; i < 19; i++) throttle.Begin(Somebody);
        throttle.Begin(Somebody);
        throttle.TakeBack(Somebody);
        throttle.Begin(Somebody);
        Assert.Equal(30, throttle.Wait(Somebody));
    }

    [Fact]
    public void It_remembers_only_so_many()
    {
        Throttle throttle = new(_time);
        for (int i = 0; i < 20; i++) throttle.Begin(Somebody);
        for (uint i = 0; i < Throttle.Most + 50; i++)
        {
            _time.Advance(TimeSpan.FromTicks(10));
            throttle.Begin(new ClientAddress(i, true));
            if (i % 1000 == 0) throttle.Begin(Somebody);
        }

        Assert.InRange(throttle.Count, Throttle.Most / 8 * 7, Throttle.Most - 1000); // many at once are forgotten, the oldest
        Assert.InRange(throttle.Wait(Somebody), 1, 1000);
    }

    [Theory]
    [InlineData("anna", "anna")]
    [InlineData("Jürgen_1@x.org", "Jürgen_1@x.org")]
    [InlineData("a\r\n12:00:00 error: fake", "a??12:00:00?error:?fake")]
    [InlineData("\u001b[31mred\u202e'", "?[31mred??")]
    [InlineData("x zarrfs_abcdefgh_4s_5sCHfdczatDssC50-2Ra1Wbv6b47UXVGusWSNxuk", "(a token)")]
    public void A_name_in_a_log_is_a_name(string name, string told) => Assert.Equal(told, RefusalLog.Printable(name));

    [Fact]
    public void A_flood_of_refusals_is_told_in_few_lines()
    {
        using RecordedLog log = new();
        RefusalLog refusals = new(log, _time);
        Assert.Equal(64, RefusalLog.Printable(new string('x', 9999)).Length);
        for (int i = 0; i < 1000; i++) refusals.Tell(IPAddress.Loopback, "no");
        Assert.Equal(5, log.Lines.Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        refusals.Tell(IPAddress.Loopback, "again");
        Assert.Equal(["Warning: 995 more were refused and not told one by one ", "Warning: 127.0.0.1 was refused: again "], log.Lines.Skip(5));
    }
}
