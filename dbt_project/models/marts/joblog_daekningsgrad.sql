with obs as (
    select * from {{ ref('int_obs') }}
    where kilde = 'joblog' and gyldig_til is null
),

maalinger as (
    select * from {{ ref('int_maalinger') }}
),

omraader as (
    select * from {{ ref('dim_omraade') }}
),

dimensioner as (
    select * from {{ ref('int_dimensioner') }}
),

daekning as (
    select * from {{ ref('int_daekning') }}
    where kilde = 'joblog'
),

-- The newest vintage that held the month: an older one, if its file has left the folder.
hentet as (
    select
        tabel_id,
        periode,
        max(hentet_utc) as hentet_utc
    from daekning
    group by tabel_id, periode
),

par as (
    select
        obs.tabel_id,
        obs.omraade_kode,
        obs.dimensioner,
        obs.periode,
        max(obs.vaerdi) filter (where maalinger.maaling_navn = 'antal_beroerte') as antal_beroerte,
        max(obs.status) filter (where maalinger.maaling_navn = 'antal_beroerte') as antal_status,
        max(obs.vaerdi) filter (where maalinger.maaling_navn = 'andel_pct') as andel_pct,
        max(obs.status) filter (where maalinger.maaling_navn = 'andel_pct') as andel_status,
        max(maalinger.diskretion_under) as diskretion_under,
        bool_or(obs.oprindelse = 'genereret') as er_syntetisk
    from obs
    inner join maalinger
        on
            obs.kilde = maalinger.kilde
            and obs.tabel_id = maalinger.tabel_id
            and obs.maaling_id = maalinger.maaling_id
    group by obs.tabel_id, obs.omraade_kode, obs.dimensioner, obs.periode
),

navngivne as (
    select
        par.*,
        omraader.omraade_navn,
        omraader.omraade_art,
        dimensioner.ydelsesgruppe,
        hentet.hentet_utc
    from par
    inner join omraader
        on par.omraade_kode = omraader.omraade_kode
    inner join dimensioner
        on
            par.tabel_id = dimensioner.tabel_id
            and par.dimensioner = dimensioner.dimensioner
    inner join hentet
        on
            par.tabel_id = hentet.tabel_id
            and par.periode = hentet.periode
),

-- Ranks follow the printed share. Kommuner of the same share have the same rank; in a figure they
-- stand by name.
rangerede as (
    select
        omraade_kode,
        dimensioner,
        periode,
        cast(rank() over (gruppe order by andel_pct desc) as integer) as rang,
        cast(row_number() over (gruppe order by andel_pct desc, omraade_navn asc) as integer)
            as raekkefoelge,
        cast(count(*) over gruppe as integer) as rang_af
    from navngivne
    where omraade_art = 'kommune' and andel_pct is not null
    window gruppe as (partition by dimensioner, periode)
),

final as (
    select
        navngivne.omraade_kode,
        navngivne.omraade_navn,
        navngivne.omraade_art,
        navngivne.ydelsesgruppe,
        navngivne.periode,
        {{ periode_start('navngivne.periode') }} as maaned,
        cast(navngivne.antal_beroerte as integer) as antal_beroerte,
        navngivne.antal_status,
        navngivne.andel_pct,
        navngivne.andel_status,
        rangerede.rang,
        rangerede.rang_af,
        rangerede.raekkefoelge,
        navngivne.diskretion_under,
        navngivne.er_syntetisk,
        navngivne.tabel_id,
        navngivne.hentet_utc
    from navngivne
    left join rangerede
        on
            navngivne.omraade_kode = rangerede.omraade_kode
            and navngivne.dimensioner = rangerede.dimensioner
            and navngivne.periode = rangerede.periode
)

select * from final
