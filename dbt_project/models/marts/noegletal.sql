-- Each kommune's nøgletal over 25 months, ranked in each group that it is in.

with definitioner as (
    select * from {{ ref('noegletal_definitioner') }}
),

vaerdier as (
    select * from {{ ref('int_noegletal') }}
),

kommuner as (
    select * from {{ ref('dim_kommune') }}
),

-- The newest month is left to the source's late registrations; the one before it is judged.
bedoemt as (
    select
        noegletal_id,
        cast(max(maaned) - interval 1 month as date) as bedoemt_maaned
    from vaerdier
    where status <> 'N'
    group by noegletal_id
),

-- One month more than is shown: the oldest has a movement too.
vindue as (
    select
        vaerdier.*,
        definitioner.bedst,
        definitioner.forventet_begreb,
        bedoemt.bedoemt_maaned,
        vaerdier.status = 'A' and (
            definitioner.kraever_10_personer = 'nej' or coalesce(vaerdier.naevner, 0) >= 10
        ) as kan_rangeres
    from vaerdier
    inner join bedoemt
        on vaerdier.noegletal_id = bedoemt.noegletal_id
    inner join definitioner
        on vaerdier.noegletal_id = definitioner.noegletal_id
    where
        vaerdier.maaned between bedoemt.bedoemt_maaned - interval 25 month
        and bedoemt.bedoemt_maaned
),

-- The benchmark's newest period that has ended: old, and therefore named beside the figure.
benchmark as (
    select * from {{ ref('forventet') }}
    where status = 'A'
),

med_benchmark as (
    select
        vindue.*,
        benchmark.forventet_andel_pct,
        benchmark.faktisk_andel_pct as benchmark_andel_pct,
        benchmark.placering as benchmark_placering,
        benchmark.periode as benchmark_periode,
        benchmark.tabel_id as benchmark_tabel_id
    from vindue
    asof left join benchmark
        on
            vindue.forventet_begreb = benchmark.begreb
            and vindue.omraade_kode = benchmark.kommune_kode
            and vindue.maaned >= benchmark.maaned_til
),

grupper as (
    select
        gruppe_id,
        gruppe_art,
        gruppe_navn,
        kommune_kode,
        gyldig_fra,
        coalesce(gyldig_til, date '9999-12-31') as gyldig_til,
        er_syntetisk
    from {{ ref('dim_gruppe') }}
    where gruppe_art <> 'jobcenter'
    union all
    select
        '000' as gruppe_id,
        'land' as gruppe_art,
        'Hele landet' as gruppe_navn,
        kommune_kode,
        date '2007-01-01' as gyldig_fra,
        date '9999-12-31' as gyldig_til,
        false as er_syntetisk
    from kommuner
),

-- Each kommune once for each group that it is in.
medlemmer as (
    select
        grupper.gruppe_id,
        vindue.noegletal_id,
        vindue.omraade_kode,
        vindue.maaned,
        vindue.vaerdi,
        vindue.bedst,
        vindue.kan_rangeres,
        grupper.er_syntetisk or vindue.er_syntetisk as er_syntetisk
    from vindue
    inner join grupper
        on
            vindue.omraade_kode = grupper.kommune_kode
            and vindue.maaned between grupper.gyldig_fra and grupper.gyldig_til
),

maaneder as (
    select
        gruppe_id,
        noegletal_id,
        maaned,
        count(*) filter (where kan_rangeres) as antal_i_gruppe,
        bool_or(er_syntetisk) as rang_er_syntetisk
    from medlemmer
    group by gruppe_id, noegletal_id, maaned
),

-- Ranked on the printed figure: what reads the same shares a place (1, 2, 2, 4).
vaerdierne as (
    select
        gruppe_id,
        noegletal_id,
        maaned,
        vaerdi,
        bedst,
        count(*) as antal
    from medlemmer
    where kan_rangeres
    group by gruppe_id, noegletal_id, maaned, vaerdi, bedst
),

placeringer as (
    select
        gruppe_id,
        noegletal_id,
        maaned,
        vaerdi,
        antal > 1 as er_delt,
        1 + coalesce(sum(antal) over (
            partition by gruppe_id, noegletal_id, maaned
            order by case bedst when 'lav' then vaerdi else -vaerdi end
            rows between unbounded preceding and 1 preceding
        ), 0) as rang
    from vaerdierne
),

-- A computed group is about one kommune; the others in it have their own.
rangeret as (
    select
        medlemmer.gruppe_id,
        medlemmer.noegletal_id,
        medlemmer.omraade_kode,
        medlemmer.maaned,
        medlemmer.vaerdi,
        case when medlemmer.kan_rangeres then placeringer.rang end as rang,
        medlemmer.kan_rangeres and placeringer.er_delt as er_delt,
        maaneder.antal_i_gruppe,
        maaneder.rang_er_syntetisk
    from medlemmer
    inner join maaneder
        on
            medlemmer.gruppe_id = maaneder.gruppe_id
            and medlemmer.noegletal_id = maaneder.noegletal_id
            and medlemmer.maaned = maaneder.maaned
    left join placeringer
        on
            medlemmer.gruppe_id = placeringer.gruppe_id
            and medlemmer.noegletal_id = placeringer.noegletal_id
            and medlemmer.maaned = placeringer.maaned
            and medlemmer.vaerdi = placeringer.vaerdi
    where
        medlemmer.gruppe_id not like 'sammenlignelig-%'
        or medlemmer.gruppe_id = 'sammenlignelig-' || medlemmer.omraade_kode
),

egne as (
    select
        *,
        lag(maaned) over kommunen = maaned - interval 1 month as har_foer,
        lag(rang) over kommunen as rang_foer,
        lag(vaerdi) over kommunen as vaerdi_foer
    from rangeret
    window kommunen as (partition by gruppe_id, noegletal_id, omraade_kode order by maaned)
),

navne as (
    select distinct
        gruppe_id,
        gruppe_art,
        gruppe_navn
    from grupper
),

land as (
    select * from vaerdier
    where omraade_art = 'land'
),

final as (
    select
        egne.omraade_kode as kommune_kode,
        kommuner.kommune_navn,
        egne.noegletal_id,
        definitioner.noegletal_nr,
        definitioner.noegletal_navn,
        definitioner.naevner_navn,
        definitioner.decimaler,
        definitioner.bedst,
        {{ maaned_som_periode('egne.maaned') }} as periode,
        egne.maaned,
        egne.maaned = vindue.bedoemt_maaned as er_bedoemt,
        navne.gruppe_art,
        egne.gruppe_id,
        navne.gruppe_navn,
        vindue.taeller,
        vindue.naevner,
        egne.vaerdi,
        vindue.status,
        cast(egne.rang as integer) as rang,
        cast(egne.antal_i_gruppe as integer) as antal_i_gruppe,
        egne.er_delt,
        cast(1 + 3 * (egne.rang - 1) // egne.antal_i_gruppe as integer) as tredjedel,
        case
            when vindue.kan_rangeres then 'rangeret'
            when vindue.status <> 'A' then 'intet_tal'
            when vindue.naevner < 10 then 'under_10_personer'
            else 'ukendt_grundlag'
        end as rang_grund,
        cast(case when egne.har_foer then egne.rang_foer end as integer) as rang_foer,
        cast(case when egne.har_foer then egne.rang_foer - egne.rang end as integer)
            as rang_aendring,
        cast(case when egne.har_foer then egne.vaerdi - egne.vaerdi_foer end as decimal(18, 3))
            as vaerdi_aendring,
        land.vaerdi as land_vaerdi,
        coalesce(land.status, 'N') as land_status,
        vindue.forventet_andel_pct,
        vindue.benchmark_andel_pct,
        vindue.benchmark_placering,
        vindue.benchmark_periode,
        vindue.benchmark_tabel_id,
        vindue.er_syntetisk,
        egne.rang_er_syntetisk,
        vindue.hentet_utc
    from egne
    inner join med_benchmark as vindue
        on
            egne.noegletal_id = vindue.noegletal_id
            and egne.omraade_kode = vindue.omraade_kode
            and egne.maaned = vindue.maaned
    inner join navne
        on egne.gruppe_id = navne.gruppe_id
    inner join definitioner
        on egne.noegletal_id = definitioner.noegletal_id
    inner join kommuner
        on egne.omraade_kode = kommuner.kommune_kode
    left join land
        on egne.noegletal_id = land.noegletal_id and egne.maaned = land.maaned
    where egne.maaned >= vindue.bedoemt_maaned - interval 24 month
)

select * from final
order by kommune_kode, noegletal_nr, maaned, gruppe_art, gruppe_id
